internal import Diagnostics

extension Parser {
  // MARK: - Braces

  /// `{ … }` at the cursor, as statements. A missing `}` is noted, not thrown: what was read stays.
  mutating func parseBlock() throws(SyntaxError) -> [Statement] {
    let open = index
    let outer = context
    defer { context = outer }
    context.lineEndsMatter = true
    context.lambdaAllowed = true
    advance()
    let statements = parseStatements()
    if !skip(.rightBrace) { note(unclosed(open, expected: ["}"])) }
    return statements
  }

  mutating func parseBlockExpression() throws(SyntaxError) -> Expression {
    let start = index
    let statements = try parseBlock()
    return Expression(.block(statements), span(from: start))
  }

  /// Whether the brace at the cursor opens a map.
  var startsMap: Bool { Parser.opensMap(index, tokens, partners) }

  /// Whether a brace opens a map: `{:}`, or a `:` behind its first item on the same line.
  static func opensMap(_ open: Int, _ tokens: [Token], _ partners: [Int?]) -> Bool {
    var place = open + 1
    while place < tokens.count {
      let token = tokens[place]
      if token.startsLine, place > open + 1 { return false }
      switch token.kind {
      case .symbol(.colon): return true
      case .symbol(.leftParen), .symbol(.leftBracket), .symbol(.leftBrace), .interpolationStart:
        guard let close = partners[place] else { return false }
        place = close
      case .symbol(.comma), .symbol(.semicolon), .symbol(.rightBrace), .symbol(.rightParen),
        .symbol(.rightBracket), .symbol(.assign), .interpolationEnd, .end:
        return false
      default: break
      }
      place += 1
    }
    return false
  }

  /// `{"a": 1, "b": 2}`; entries are parted by commas or line ends.
  mutating func parseMap() throws(SyntaxError) -> Expression {
    let open = index
    let outer = context
    defer { context = outer }
    context.lineEndsMatter = true
    context.lambdaAllowed = true
    advance()
    if at(.colon), peek().kind == .symbol(.rightBrace) {
      advance()
      advance()
      return Expression(.map([]), span(from: open))
    }
    var entries: [MapEntry] = []
    do throws(SyntaxError) {
      while !skip(.rightBrace) {
        let key = try parseExpression()
        try expect(.colon)
        entries.append(MapEntry(key: key, value: try parseExpression()))
        if !skip(.comma), !at(.rightBrace), !current.startsLine || isAtEnd {
          throw unclosed(open, expected: [",", "}"])
        }
      }
    } catch {
      try recover(error, behind: open)
    }
    return Expression(.map(entries), span(from: open))
  }

  // MARK: - if, try, match

  /// A condition; a single `=` in it is noted and read as `==`.
  mutating func parseCondition() throws(SyntaxError) -> Expression {
    let condition = try parseExpression()
    guard at(.assign), !isAtLineEnd else { return condition }
    note(.assignmentInCondition, at: current.span)
    advance()
    let right = try parseExpression()
    return Expression(
      .comparison(condition, [(op: .equal, operand: right)]), condition.span.union(right.span))
  }

  /// `if a { … } else if b { … } else { … }`: the branches are collected, then folded from the
  /// last.
  mutating func parseIf() throws(SyntaxError) -> Expression {
    var branches: [(start: Int, condition: Expression, then: Expression)] = []
    var otherwise: Expression?
    while true {
      let start = index
      advance()
      let condition = try parseCondition()
      guard at(.leftBrace) else { throw unexpected(.body(of: "if")) }
      branches.append((start, condition, try parseBlockExpression()))
      try link()
      if isForeignElseIf {
        note(
          .foreignSpelling(found: source.text(of: current.span), instead: "else if"),
          at: current.span)
        continue
      }
      guard at(.else) else { break }
      advance()
      if at(.if) { continue }
      guard at(.leftBrace) else { throw unexpected(.body(of: "else")) }
      otherwise = try parseBlockExpression()
      break
    }
    for branch in branches.reversed() {
      let whole = tokens[branch.start].span.union(otherwise?.span ?? branch.then.span)
      otherwise = Expression(
        .ifElse(condition: branch.condition, then: branch.then, otherwise: otherwise), whole)
    }
    guard let result = otherwise else { throw unexpected(.expression) }
    return result
  }

  private var isForeignElseIf: Bool {
    guard case .name(let name) = current.kind, name == "elif" || name == "elsif" || name == "elseif"
    else { return false }
    return !peek().startsLine
  }

  /// `try a else b`, `try a else e -> b`.
  mutating func parseTry() throws(SyntaxError) -> Expression {
    let start = index
    let nesting = try enter()
    defer { leave(nesting) }
    advance()
    let attempt = try parseExpression()
    guard at(.else) else { throw unexpected(.symbols(["else"])) }
    advance()
    var name: Name?
    if case .name = current.kind, arrowFollows(index) {
      name = try expectName()
      try takeArrow()
    }
    let fallback = try isAtJump ? parseJumpBlock() : parseOperation()
    return Expression(.tryElse(attempt, error: name, fallback: fallback), span(from: start))
  }

  /// Takes `->`, or notes `=>` and takes it.
  mutating func takeArrow() throws(SyntaxError) {
    if at(.foreignArrow) {
      note(.foreignSpelling(found: "=>", instead: "->"), at: current.span)
      advance()
    } else {
      try expect(.arrow)
    }
  }

  private var isAtJump: Bool { at(.break) || at(.continue) || at(.return) }

  /// `return x` where a value may stand, as a block of one statement.
  private mutating func parseJumpBlock() throws(SyntaxError) -> Expression {
    let statement = try parseJump()
    return Expression(.block([statement]), statement.span)
  }

  /// `match v { 0 -> a, (x, y) if x > y -> b, _ -> c }`; arms are parted by commas or line ends.
  mutating func parseMatch() throws(SyntaxError) -> Expression {
    let start = index
    advance()
    let subject = try parseExpression()
    guard at(.leftBrace) else { throw unexpected(.body(of: "match")) }
    let open = index
    let outer = context
    defer { context = outer }
    context.lineEndsMatter = true
    context.lambdaAllowed = true
    advance()
    var arms: [MatchArm] = []
    while !skip(.rightBrace) {
      if isAtEnd {
        note(unclosed(open, expected: ["}"]))
        break
      }
      let armStart = index
      do throws(SyntaxError) {
        arms.append(try parseArm())
        if !skip(.comma), !skip(.semicolon), !at(.rightBrace), !current.startsLine {
          throw unclosed(open, expected: [",", "}"])
        }
      } catch {
        if isAtEnd { throw error }
        note(error)
        skipArm(from: armStart, open: open)
      }
    }
    return Expression(.match(subject, arms), span(from: start))
  }

  private mutating func parseArm() throws(SyntaxError) -> MatchArm {
    let pattern = try parsePattern(allowsLiterals: true)
    var condition: Expression?
    if at(.if) {
      advance()
      context.lambdaAllowed = false
      condition = try parseCondition()
      context.lambdaAllowed = true
    }
    try takeArrow()
    let body = try isAtJump ? parseJumpBlock() : parseExpression()
    return MatchArm(pattern: pattern, condition: condition, body: body)
  }

  /// Skips to the next arm, or to the brace that closes the match.
  private mutating func skipArm(from start: Int, open: Int) {
    context.lambdaAllowed = true
    while !isAtEnd {
      if index > start, current.startsLine || at(.rightBrace) && partners[index] == open { return }
      if at(.comma) {
        advance()
        return
      }
      switch current.kind {
      case .symbol(.leftParen), .symbol(.leftBracket), .symbol(.leftBrace), .interpolationStart:
        if let close = partners[index] { index = close }
      default: break
      }
      advance()
    }
  }
}
