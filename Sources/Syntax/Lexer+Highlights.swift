internal import Diagnostics

/// What a stretch of code is, for colouring.
package enum HighlightKind: String, CaseIterable, Sendable {
  case keyword, number, string, interpolation, comment, `operator`, name
  /// A name that is called or declared: `f` in `f(x)`.
  case call
}

extension Lexer {
  /// The coloured stretches of a text in order, as UTF-8 offsets; brackets, commas and blanks
  /// belong to none.
  ///
  /// Works on any text, well formed or not. Inside a string the braces and the format of an
  /// interpolation are
  /// `.interpolation`; the expression in them is coloured like code.
  /// - Complexity: O(length of the text).
  package static func highlights(of text: String) -> [(range: Range<Int>, kind: HighlightKind)] {
    let lexed = tokenize(Array(text.utf8))
    var found: [(range: Range<Int>, kind: HighlightKind)] = lexed.comments.map { comment in
      (Int(comment.span.start)..<Int(comment.span.end), .comment)
    }
    for (index, token) in lexed.tokens.enumerated() {
      let range = Int(token.span.start)..<Int(token.span.end)
      guard !range.isEmpty, let kind = highlight(index, lexed.tokens) else { continue }
      found.append((range, kind))
    }
    found.sort { $0.range.lowerBound < $1.range.lowerBound }
    return found.reduce(into: []) { merged, next in
      if let last = merged.last, last.kind == .string, next.kind == .string,
        last.range.upperBound == next.range.lowerBound
      {
        merged[merged.count - 1].range = last.range.lowerBound..<next.range.upperBound
      } else {
        merged.append(next)
      }
    }
  }

  private static func highlight(_ index: Int, _ tokens: [Token]) -> HighlightKind? {
    switch tokens[index].kind {
    case .int, .float, .imaginary, .quantity: return .number
    case .stringStart, .stringText, .stringEnd: return .string
    case .interpolationStart, .interpolationEnd, .formatSpec: return .interpolation
    case .keyword: return follows(.dot, index, tokens) ? nameKind(index, tokens) : .keyword
    case .name(let name):
      let next = tokens[index + 1]
      if name == "use", next.kind == .stringStart, !next.startsLine { return .keyword }
      return nameKind(index, tokens)
    case .symbol(let symbol):
      switch symbol {
      case .leftParen, .rightParen, .leftBracket, .rightBracket, .leftBrace, .rightBrace, .comma,
        .semicolon, .colon, .dot:
        return nil
      default: return .operator
      }
    case .end: return nil
    }
  }

  private static func nameKind(_ index: Int, _ tokens: [Token]) -> HighlightKind {
    let next = tokens[index + 1]
    return next.kind == .symbol(.leftParen) && !next.hasSpaceBefore ? .call : .name
  }

  private static func follows(_ symbol: Symbol, _ index: Int, _ tokens: [Token]) -> Bool {
    index > 0 && tokens[index - 1].kind == .symbol(symbol)
  }
}
