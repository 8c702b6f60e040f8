package import Diagnostics

/// The one canonical layout: line breaks are the author's, spaces and indentation are the
/// formatter's.
///
/// It works on tokens, not on the tree, so nothing is lost: comments and strings pass through byte
/// for byte. At most
/// one blank line stays between lines, none directly inside brackets. Indentation is two spaces for
/// each line that
/// holds a bracket still open, and two more where a statement goes on outside brackets.
package enum Formatter {
  /// The text in canonical layout, or what is wrong with it.
  ///
  /// Formatting the result again changes nothing, and it has the same tree as the text.
  /// - Parameter endsWithNewline: whether a line end stands behind the last line (a file) or not (a
  ///   cell).
  /// - Complexity: O(length of the text).
  package static func format(
    _ source: SourceText, endsWithNewline: Bool = true
  ) -> Result<String, SyntaxErrors> {
    let errors = Parser.parse(source).errors
    guard errors.isEmpty else { return .failure(SyntaxErrors(list: errors)) }
    var layout = Layout(Piece.all(in: source))
    let text = layout.run()
    return .success(endsWithNewline && !text.isEmpty ? text + "\n" : text)
  }
}

/// Everything wrong with a text, as one error; never empty.
package struct SyntaxErrors: Error, Sendable {
  /// In source order.
  package let list: [SyntaxError]
}

/// A token, a whole string or a comment, as the formatter moves it.
struct Piece {
  enum Role: Equatable {
    case comment
    case string
    /// A number, or a word used as a name.
    case operand
    case keyword(Keyword)
    case symbol(Symbol)
    /// `-` or `!` before its operand.
    case prefix
    case mapOpen, mapClose
  }

  let text: String
  let role: Role
  /// Line ends between this piece and the one before, at most 2.
  let lineEnds: Int
  /// Blanks directly before it on its line.
  let blanks: Int

  /// Whether an operand ends here, so that a bracket behind it is a call or an index.
  var endsOperand: Bool {
    switch role {
    case .string, .operand, .mapClose: true
    case .keyword(let keyword): keyword == .true || keyword == .false || keyword == .none
    case .symbol(let symbol):
      switch symbol {
      case .rightParen, .rightBracket, .rightBrace, .quote: true
      default: false
      }
    case .comment, .prefix, .mapOpen: false
    }
  }

  var opens: Bool {
    role == .symbol(.leftParen) || role == .symbol(.leftBracket) || role == .symbol(.leftBrace)
      || role == .mapOpen
  }

  var closes: Bool {
    role == .symbol(.rightParen) || role == .symbol(.rightBracket) || role == .symbol(.rightBrace)
      || role == .mapClose
  }
}

extension Piece {
  /// The pieces of a well-formed text, in order.
  static func all(in source: SourceText) -> [Piece] {
    let lexed = Lexer.tokenize(source.bytes)
    let tokens = lexed.tokens
    let partners = Parser.matchBrackets(tokens)
    var comments = lexed.comments[...]
    var pieces: [Piece] = []
    var maps: Set<Int> = []
    var open: [Symbol] = []
    var end = 0
    func add(_ span: Span, _ role: Role) {
      let gap = source.bytes[min(end, Int(span.start))..<Int(span.start)]
      var text = source.text(of: span)
      if role == .comment { while text.last?.isWhitespace == true { text.removeLast() } }
      pieces.append(
        Piece(
          text: text, role: role, lineEnds: min(2, gap.count { $0 == UInt8(ascii: "\n") }),
          blanks: gap.count))
      end = Int(span.end)
    }
    var index = 0
    while index < tokens.count {
      let token = tokens[index]
      while let comment = comments.first,
        comment.span.start < token.span.start || token.kind == .end
      {
        add(comment.span, .comment)
        comments = comments.dropFirst()
      }
      switch token.kind {
      case .end: return pieces
      case .stringStart:
        let last = stringEnd(tokens, from: index)
        add(token.span.union(tokens[last].span), .string)
        comments = comments.drop { $0.span.start < tokens[last].span.start }
        index = last
      case .keyword(let keyword):
        let isField = pieces.last?.role == .symbol(.dot)
        add(token.span, isField ? .operand : .keyword(keyword))
      case .symbol(let symbol):
        if symbol == .leftBrace, Parser.opensMap(index, tokens, partners) { maps.insert(index) }
        let role = role(symbol, token, pieces.last { $0.role != .comment }, open.last)
        if let partner = partners[index], symbol == .rightBrace, maps.contains(partner) {
          add(token.span, .mapClose)
        } else {
          add(token.span, maps.contains(index) ? .mapOpen : role)
        }
        if symbol == .leftParen || symbol == .leftBracket || symbol == .leftBrace {
          open.append(symbol)
        } else if pieces.last?.closes == true {
          _ = open.popLast()
        }
      default: add(token.span, .operand)
      }
      index += 1
    }
    return pieces
  }

  /// `-` and `!` are prefixes unless an operand ends before them on the same line, or in
  /// parentheses on any line.
  private static func role(
    _ symbol: Symbol, _ token: Token, _ previous: Piece?, _ bracket: Symbol?
  ) -> Role {
    guard symbol == .minus || symbol == .bang else { return .symbol(symbol) }
    guard let previous, previous.endsOperand else { return .prefix }
    let lineEndsMatter = bracket == nil || bracket == .leftBrace
    return token.startsLine && lineEndsMatter ? .prefix : .symbol(symbol)
  }

  /// The token that ends the string begun at a token.
  private static func stringEnd(_ tokens: [Token], from start: Int) -> Int {
    var depth = 0
    var index = start
    while index < tokens.count {
      if tokens[index].kind == .stringStart { depth += 1 }
      if tokens[index].kind == .stringEnd {
        depth -= 1
        if depth == 0 { return index }
      }
      index += 1
    }
    return tokens.count - 1
  }
}
