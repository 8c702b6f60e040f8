/// Puts pieces on lines: what stands between two neighbours, and how far a line is indented.
struct Layout {
  private let pieces: [Piece]
  private var text = ""
  /// The indentation of the lines that hold the brackets still open, and what kind each is.
  private var open: [(indent: Int, role: Piece.Role)] = []
  private var lineIndent = 0

  init(_ pieces: [Piece]) {
    self.pieces = pieces
  }

  mutating func run() -> String {
    for index in pieces.indices {
      let piece = pieces[index]
      if index == 0 {
        // The first line has no indentation.
      } else if piece.lineEnds > 0 {
        let besideBracket = pieces[index - 1].opens || piece.closes
        text += piece.lineEnds > 1 && !besideBracket ? "\n\n" : "\n"
        lineIndent = indent(ofLineAt: index)
        text += String(repeating: "  ", count: lineIndent)
      } else {
        text += between(index)
      }
      text += piece.text
      if piece.opens { open.append((lineIndent, piece.role)) }
      if piece.closes { _ = open.popLast() }
    }
    return text
  }

  // MARK: - Indentation

  private func indent(ofLineAt index: Int) -> Int {
    var closers = 0
    while index + closers < pieces.count, pieces[index + closers].closes,
      closers == 0 || pieces[index + closers].lineEnds == 0
    {
      closers += 1
    }
    if closers > 0, closers <= open.count { return open[open.count - closers].indent }
    let base = open.last.map { $0.indent + 1 } ?? 0
    return base + (continues(at: index) ? 1 : 0)
  }

  /// Whether the line that begins here goes on with a statement, outside of parentheses and square
  /// brackets.
  private func continues(at index: Int) -> Bool {
    if let bracket = open.last?.role, bracket != .symbol(.leftBrace), bracket != .mapOpen {
      return false
    }
    guard let next = pieces[index...].first(where: { $0.role != .comment }) else { return false }
    if next.role == .symbol(.pipe) || next.role == .symbol(.dot) { return true }
    guard let previous = pieces[..<index].last(where: { $0.role != .comment }) else { return false }
    switch previous.role {
    case .prefix: return true
    case .keyword(let keyword):
      switch keyword {
      case .and, .or, .not, .in, .by, .try, .with: return true
      case .else: return next.role != .symbol(.leftBrace) && next.role != .keyword(.if)
      default: return false
      }
    case .symbol(let symbol):
      switch symbol {
      case .comma: return isAssert(before: index)
      case .semicolon, .colon, .quote, .ellipsis: return false
      default: return !previous.opens && !previous.closes && next.role != .symbol(.leftBrace)
      }
    case .comment, .string, .operand, .mapOpen, .mapClose: return false
    }
  }

  /// Whether the line before belongs to an `assert`, whose message may follow on the next line.
  private func isAssert(before index: Int) -> Bool {
    var depth = 0
    for piece in pieces[..<index].reversed() {
      if piece.closes { depth += 1 }
      if piece.opens { depth -= 1 }
      if depth < 0 { return false }
      if depth == 0, piece.role == .keyword(.assert) { return true }
      if depth == 0, piece.lineEnds > 0 { return false }
    }
    return false
  }

  // MARK: - Spaces

  private func between(_ index: Int) -> String {
    let (previous, next) = (pieces[index - 1], pieces[index])
    if next.role == .comment {
      return String(repeating: " ", count: previous.role == .comment ? 1 : max(2, next.blanks))
    }
    if !isTight(previous, next) { return " " }
    // Joined, a point would run into the next one: `1. ..n`, `a.. .5`.
    if previous.text.hasSuffix("."), let first = next.text.first, first == "." || first.isNumber {
      return previous.role == .symbol(.dot) || previous.role == .symbol(.rangeTo) && first.isNumber
        ? "" : " "
    }
    return ""
  }

  private func isTight(_ previous: Piece, _ next: Piece) -> Bool {
    switch next.role {
    case .symbol(.comma), .symbol(.semicolon), .symbol(.rightParen), .symbol(.rightBracket),
      .symbol(.dot), .symbol(.quote), .symbol(.colon), .mapClose:
      // `[a, ::2]`: behind a comma the colon is an item of its own.
      return previous.role != .symbol(.comma) || next.role != .symbol(.colon)
    case .symbol(.rightBrace): return previous.role == .symbol(.leftBrace)
    case .symbol(.leftParen), .symbol(.leftBracket):
      if previous.endsOperand || previous.role == .keyword(.fn) { return true }
    case .symbol(.ellipsis):
      if previous.endsOperand { return true }
    case .symbol(.rangeTo), .symbol(.rangeThrough): return true
    default: break
    }
    switch previous.role {
    case .prefix, .mapOpen, .symbol(.leftParen), .symbol(.leftBracket), .symbol(.dot),
      .symbol(.rangeTo), .symbol(.rangeThrough):
      return true
    case .symbol(.colon): return open.last?.role == .symbol(.leftBracket)
    default: return false
    }
  }
}
