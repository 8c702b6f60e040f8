internal import Diagnostics

extension Parser {
  /// Statements up to the end of the text or a `}` that closes an enclosing block.
  mutating func parseStatements() -> [Statement] {
    var statements: [Statement] = []
    while true {
      while skip(.semicolon) {}
      guard !isAtEnd, !closesEnclosing else { return statements }
      let start = index
      do throws(SyntaxError) {
        let statement = try parseStatement()
        let isSilenced = at(.semicolon)
        statements.append(
          isSilenced ? Statement(statement.kind, statement.span, isSilenced: true) : statement)
        try expectStatementEnd()
      } catch {
        note(error)
        synchronise(from: start)
      }
    }
  }

  /// At a closing bracket whose opening one lies before what is being read.
  private var closesEnclosing: Bool {
    switch current.kind {
    case .symbol(.rightBrace), .symbol(.rightParen), .symbol(.rightBracket), .interpolationEnd:
      partners[index] != nil
    default: false
    }
  }

  private mutating func expectStatementEnd() throws(SyntaxError) {
    if skip(.semicolon) || isAtEnd || current.startsLine || at(.rightBrace) { return }
    if closesEnclosing { return }
    if at(.comma) { throw SyntaxError(.bareTuple, at: current.span) }
    throw unexpected(.statementEnd)
  }

  /// Skips to where the next statement may begin: a line, a `;`, or the end of the block.
  private mutating func synchronise(from start: Int) {
    while !isAtEnd {
      if index > start, current.startsLine || at(.semicolon) { return }
      switch current.kind {
      case .symbol(.leftParen), .symbol(.leftBracket), .symbol(.leftBrace), .interpolationStart:
        if let close = partners[index] { index = close }
      case .symbol(.rightBrace):
        if let open = partners[index], open < start { return }
      default: break
      }
      advance()
    }
  }

  // MARK: - One statement

  private mutating func parseStatement() throws(SyntaxError) -> Statement {
    let start = index
    switch current.kind {
    case .keyword(.fn):
      if case .name = peek().kind {
        let function = try parseFunction()
        return Statement(.function(function), function.span)
      }
    case .keyword(.for): return try parseFor()
    case .keyword(.while): return try parseWhile()
    case .keyword(.break), .keyword(.continue), .keyword(.return): return try parseJump()
    case .keyword(.assert): return try parseAssert()
    case .name("use"):
      if peek().kind == .stringStart, !peek().startsLine { return try parseUse() }
    case .name(let name):
      if let statement = try parseForeign(name) { return statement }
    case .symbol(.leftParen):
      if let close = partners[index], !tokens[close + 1].startsLine,
        tokens[close + 1].kind == .symbol(.assign)
          || tokens[close + 1].kind == .symbol(.foreignAssign)
      {
        let pattern = try parsePattern(allowsLiterals: false)
        return try finishAssignment(to: .pattern(pattern), from: start)
      }
    default: break
    }
    let expression = try parseExpression()
    if isAtLineEnd { return Statement(.expression(expression), expression.span) }
    if at(.assign) || at(.foreignAssign) {
      return try finishAssignment(to: try target(expression), from: start)
    }
    if case .symbol(let symbol) = current.kind, let operation = symbol.compoundOperator {
      let target = try target(expression)
      advance()
      let value = try parseExpression()
      return Statement(.compoundAssign(operation, target, value), span(from: start))
    }
    return Statement(.expression(expression), expression.span)
  }

  private mutating func finishAssignment(
    to target: Statement.Target, from start: Int
  ) throws(SyntaxError) -> Statement {
    if at(.foreignAssign) {
      note(.foreignSpelling(found: ":=", instead: "="), at: current.span)
    }
    advance()
    var value = try parseExpression()
    if let documentation = documentation[start], case .lambda(let function) = value.kind {
      let documented = Function(
        name: function.name, parameters: function.parameters, result: function.result,
        body: function.body, span: function.span, documentation: documentation)
      value = Expression(.lambda(documented), value.span)
    }
    return Statement(.assign(target, value), span(from: start))
  }

  /// What stands left of `=`, read as an expression, as a target.
  private func target(_ expression: Expression) throws(SyntaxError) -> Statement.Target {
    switch expression.kind {
    case .name("_"): return .pattern(Pattern(.wildcard, expression.span))
    case .name(let name): return .pattern(Pattern(.name(name), expression.span))
    case .field(let base, let name):
      return .field(base: try target(base), name, expression.span)
    case .index(let base, let items):
      return .index(base: try target(base), items, expression.span)
    default: throw SyntaxError(.notAssignable(assignee(expression)), at: expression.span)
    }
  }

  private func assignee(_ expression: Expression) -> SyntaxError.Assignee {
    switch expression.kind {
    case .call(let callee, _):
      if case .name(let name) = callee.kind { return .call(name: name) }
      return .call(name: nil)
    case .bool, .none: return .keyword(source.text(of: expression.span))
    case .int, .float, .imaginary, .quantity, .string: return .literal
    case .tensor: return .tensor
    default: return .other
    }
  }

  // MARK: - Loops, jumps and the rest

  private mutating func parseFor() throws(SyntaxError) -> Statement {
    let start = index
    advance()
    let pattern = try parsePattern(allowsLiterals: false)
    if at(.comma) { throw SyntaxError(.bareTuple, at: pattern.span.union(current.span)) }
    guard at(.in) else { throw unexpected(.symbols(["in"])) }
    advance()
    let sequence = try parseExpression()
    let body = try parseLoopBody("for")
    return Statement(.forLoop(pattern, in: sequence, body: body), span(from: start))
  }

  private mutating func parseWhile() throws(SyntaxError) -> Statement {
    let start = index
    advance()
    let condition = try parseCondition()
    let body = try parseLoopBody("while")
    return Statement(.whileLoop(condition, body: body), span(from: start))
  }

  private mutating func parseLoopBody(_ keyword: String) throws(SyntaxError) -> [Statement] {
    guard at(.leftBrace) else { throw unexpected(.body(of: keyword)) }
    let nesting = try enter()
    defer { leave(nesting) }
    let outer = context
    defer { context = outer }
    context.isInLoop = true
    return try parseBlock()
  }

  /// `break`, `continue`, `return` with or without a value.
  mutating func parseJump() throws(SyntaxError) -> Statement {
    let start = index
    let span = current.span
    guard case .keyword(let keyword) = current.kind else { throw unexpected(.statement) }
    advance()
    if keyword != .return {
      if !context.isInLoop { note(.outsideLoop(keyword.rawValue), at: span) }
      return Statement(keyword == .break ? .breakLoop : .continueLoop, span)
    }
    if !context.isInFunction { note(.returnOutsideFunction, at: span) }
    if isAtEnd || isAtLineEnd || at(.semicolon) || at(.comma) || closesEnclosing {
      return Statement(.returnValue(nil), span)
    }
    let value = try parseExpression()
    return Statement(.returnValue(value), self.span(from: start))
  }

  private mutating func parseAssert() throws(SyntaxError) -> Statement {
    let start = index
    advance()
    let condition = try parseCondition()
    let message = skip(.comma) ? try parseExpression() : nil
    return Statement(.assert(condition, message: message), span(from: start))
  }

  private mutating func parseUse() throws(SyntaxError) -> Statement {
    let start = index
    advance()
    let string = try parseString()
    guard case .string(let parts) = string.kind, let path = literalText(parts) else {
      throw SyntaxError(
        .unexpectedToken(found: .string, expected: .string), at: string.span)
    }
    guard at(.as) else { throw unexpected(.symbols(["as"])) }
    advance()
    let name = try expectName()
    return Statement(.use(path: path, pathSpan: string.span, name: name), span(from: start))
  }

  /// The text of a string without interpolations; nil when it has some.
  func literalText(_ parts: [StringPart]) -> String? {
    var result = ""
    for part in parts {
      guard case .text(let text) = part else { return nil }
      result += text
    }
    return result
  }

  /// `def f(x) { … }`, `let x = 1`: noted, then read as if written our way; nil when it is none of
  /// these.
  private mutating func parseForeign(_ name: String) throws(SyntaxError) -> Statement? {
    guard case .name = peek().kind, !peek().startsLine else { return nil }
    let span = current.span
    switch name {
    case "def", "function", "func", "fun":
      note(.foreignSpelling(found: name, instead: "fn"), at: span)
      let function = try parseFunction()
      return Statement(.function(function), function.span)
    case "let", "var", "const", "auto", "local":
      note(.foreignSpelling(found: name, instead: ""), at: span)
      advance()
      return try parseStatement()
    case "import", "from":
      throw SyntaxError(.foreignSpelling(found: name, instead: "use"), at: span)
    case "elif", "elsif", "elseif":
      throw SyntaxError(.foreignSpelling(found: name, instead: "else if"), at: span)
    default: return nil
    }
  }
}
