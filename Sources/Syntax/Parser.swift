package import Diagnostics

/// Reads tokens into the tree by recursive descent; infix operators by two stacks
/// (`Parser+Operators.swift`).
///
/// A fault is thrown up to the nearest place that can go on behind it — a bracket whose partner is
/// known, or the
/// statement — and noted there, so one mistake gives one error and the rest of the text is still
/// read.
/// Depth is bounded twice: `depth` counts open recursion, `height` the tree that left-grouping
/// loops build.
package struct Parser {
  /// How deeply brackets, blocks, lambdas and prefixes may nest.
  package static let maximumDepth = 200
  /// How high a tree may grow, chains of left-grouping operators and calls included.
  package static let maximumHeight = 2_200
  /// After so many errors reading stops.
  static let maximumErrors = 100

  /// What depends on where the parser stands, saved and restored around brackets and functions.
  struct Context {
    /// False inside `( )`, `[ ]` and interpolations.
    var lineEndsMatter = true
    /// False in the guard of a `match` arm, where `->` belongs to the arm.
    var lambdaAllowed = true
    var isInLoop = false
    var isInFunction = false
  }

  let tokens: [Token]
  let documentation: [Int: String]
  /// For a bracket token the index of its partner; nil when it has none.
  let partners: [Int?]
  let source: SourceText
  var index = 0
  var context = Context()
  var errors: [SyntaxError] = []
  var depth = 0
  var height = 0
  /// Nothing more is noted once the text nests too deeply: the brackets left open are no fault of
  /// their own.
  private var gaveUp = false

  private init(_ source: SourceText, _ lexed: Lexer.Output) {
    self.source = source
    tokens = lexed.tokens
    documentation = lexed.documentation
    partners = Parser.matchBrackets(lexed.tokens)
  }

  /// Reads a whole text; what could not be read is missing from the statements or `.invalid`, and
  /// noted.
  ///
  /// - Complexity: O(length of the text).
  package static func parse(_ source: SourceText) -> ParseResult {
    let lexed = Lexer.tokenize(source.bytes)
    var parser = Parser(source, lexed)
    let statements = parser.parseStatements()
    let errors = merge(lexed.errors, parser.errors, in: source)
    return ParseResult(statements: statements, errors: errors)
  }

  /// Whether a text can be run, needs more lines, or can never be well formed.
  package enum Completeness: Sendable {
    case complete, incomplete, malformed
  }

  /// Judges an entry of the REPL: incomplete when all that is wrong is that it ends too soon.
  package static func completeness(of text: String) -> Completeness {
    let errors = parse(SourceText(name: "", text: text)).errors
    if errors.isEmpty { return .complete }
    return errors.allSatisfy(\.isAtEnd) ? .incomplete : .malformed
  }

  /// All errors in source order, without those the parser only met because the lexer had to skip
  /// something.
  private static func merge(
    _ lexical: [SyntaxError], _ syntactic: [SyntaxError], in source: SourceText
  ) -> [SyntaxError] {
    var lines: Set<Int> = []
    var openStrings: [UInt32] = []
    let lexical = lexical.filter { error in
      let line = source.position(of: Int(error.span.start)).line
      switch error.kind {
      case .unexpectedCharacter: return lines.insert(line).inserted
      case .unterminatedString, .unclosedInterpolation:
        lines.insert(line)
        openStrings.append(error.span.start)
        return true
      default: return true
      }
    }
    let own = syntactic.filter { error in
      if case .unclosedBracket(_, let found) = error.kind,
        openStrings.contains(where: { error.span.start < $0 && $0 < found.end })
      {
        return false
      }
      return !lines.contains(source.position(of: Int(error.span.start)).line)
    }
    return Array((lexical + own).sorted { $0.span.start < $1.span.start }.prefix(maximumErrors))
  }

  // MARK: - Cursor

  var current: Token { tokens[index] }

  /// The token `ahead` places on; the last one, `.end`, repeats.
  func peek(_ ahead: Int = 1) -> Token { tokens[min(index + ahead, tokens.count - 1)] }

  mutating func advance() {
    if index < tokens.count - 1 { index += 1 }
  }

  func at(_ symbol: Symbol) -> Bool { current.kind == .symbol(symbol) }

  func at(_ keyword: Keyword) -> Bool { current.kind == .keyword(keyword) }

  var isAtEnd: Bool { current.kind == .end }

  /// The current token begins a new line, and here that ends a statement.
  var isAtLineEnd: Bool { context.lineEndsMatter && current.startsLine }

  mutating func skip(_ symbol: Symbol) -> Bool {
    guard at(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: Symbol) throws(SyntaxError) {
    guard skip(symbol) else { throw unexpected(.symbols([symbol.rawValue])) }
  }

  mutating func expectName() throws(SyntaxError) -> Name {
    guard case .name(let text) = current.kind else { throw unexpected(.name) }
    let name = Name(text, current.span)
    advance()
    return name
  }

  /// From the token at `start` to the one before the cursor.
  func span(from start: Int) -> Span {
    tokens[start].span.union(tokens[max(start, index - 1)].span)
  }

  // MARK: - Errors

  /// The error that the current token is not what was wanted.
  func unexpected(_ expected: SyntaxError.Expectation) -> SyntaxError {
    let token = current
    switch token.kind {
    case .end:
      let place = index > 0 ? Int(tokens[index - 1].span.end) : Int(token.span.start)
      return SyntaxError(
        .unexpectedToken(found: .end, expected: expected), at: Span(place, place), isAtEnd: true)
    case .symbol(.rightParen), .symbol(.rightBracket), .symbol(.rightBrace):
      if partners[index] == nil {
        return SyntaxError(.strayBracket(source.text(of: token.span)), at: token.span)
      }
    case .stringStart, .stringText, .stringEnd:
      return SyntaxError(.unexpectedToken(found: .string, expected: expected), at: token.span)
    case .symbol(let symbol):
      if let ours = symbol.replacement {
        return SyntaxError(
          .foreignSpelling(found: symbol.rawValue, instead: ours), at: token.span)
      }
    default:
      break
    }
    let found = SyntaxError.Found.text(source.text(of: token.span))
    return SyntaxError(.unexpectedToken(found: found, expected: expected), at: token.span)
  }

  /// The error that a list is neither continued nor closed where the cursor stands.
  func unclosed(_ open: Int, expected: [String]) -> SyntaxError {
    guard partners[open] == nil else { return unexpected(.symbols(expected)) }
    let place = isAtEnd && index > 0 ? tokens[index - 1].span : current.span
    return SyntaxError(
      .unclosedBracket(source.text(of: tokens[open].span), found: place), at: tokens[open].span,
      isAtEnd: isAtEnd)
  }

  /// Notes an error; a second one at the same place adds nothing.
  mutating func note(_ error: SyntaxError) {
    guard !gaveUp, errors.count < Parser.maximumErrors, errors.last?.span != error.span else {
      return
    }
    errors.append(error)
  }

  mutating func note(_ kind: SyntaxError.Kind, at span: Span) {
    note(SyntaxError(kind, at: span))
  }

  /// Notes an error that ends the reading.
  private mutating func giveUp(_ kind: SyntaxError.Kind) -> SyntaxError {
    let error = SyntaxError(kind, at: current.span)
    note(error)
    gaveUp = true
    index = tokens.count - 1
    return error
  }

  // MARK: - Depth

  /// Called before each recursion; the result goes to `leave`.
  mutating func enter() throws(SyntaxError) -> Int {
    guard depth < Parser.maximumDepth else {
      throw giveUp(.nestingTooDeep(limit: Parser.maximumDepth))
    }
    depth += 1
    let outer = height
    height = 0
    return outer
  }

  mutating func leave(_ outer: Int) {
    depth -= 1
    height = max(outer, height + 1)
  }

  /// Called when a loop puts one more node on top of the tree it has built.
  mutating func link() throws(SyntaxError) {
    height += 1
    guard height <= Parser.maximumHeight else {
      throw giveUp(.chainTooLong(limit: Parser.maximumHeight))
    }
  }

  // MARK: - Brackets

  /// The partner of each bracket, in one pass. A closing bracket that fits an outer opening one
  /// leaves the inner
  /// ones without a partner; one that fits none has none itself.
  static func matchBrackets(_ tokens: [Token]) -> [Int?] {
    var partners = [Int?](repeating: nil, count: tokens.count)
    var open: [(index: Int, closing: Token.Kind)] = []
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .symbol(.leftParen): open.append((index, .symbol(.rightParen)))
      case .symbol(.leftBracket): open.append((index, .symbol(.rightBracket)))
      case .symbol(.leftBrace): open.append((index, .symbol(.rightBrace)))
      case .interpolationStart: open.append((index, .interpolationEnd))
      case .symbol(.rightParen), .symbol(.rightBracket), .symbol(.rightBrace), .interpolationEnd:
        var place = open.count - 1
        while place >= 0, open[place].closing != token.kind {
          if open[place].closing == .interpolationEnd { place = -1 } else { place -= 1 }
        }
        guard place >= 0 else { continue }
        partners[index] = open[place].index
        partners[open[place].index] = index
        open.removeSubrange(place...)
      default:
        break
      }
    }
    return partners
  }

  /// Goes on behind the partner of an opening bracket after an error inside; rethrows when there is
  /// none.
  mutating func recover(_ error: SyntaxError, behind open: Int) throws(SyntaxError) {
    guard let close = partners[open], close >= index, !isAtEnd else { throw error }
    note(error)
    index = close
    advance()
  }
}
