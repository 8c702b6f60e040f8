internal import Diagnostics

extension Parser {
  /// An operand on the stack, with what may still be added to it and how high its tree is.
  private struct Operand {
    enum State { case done, comparison, range }
    var expression: Expression
    var state = State.done
    var height: Int
  }

  private enum Infix {
    case or, and, not
    case comparison(ComparisonOperator)
    case membership(negated: Bool)
    case binary(BinaryOperator)
    case range(closed: Bool)
    case step

    var precedence: Precedence {
      switch self {
      case .or: .or
      case .and: .and
      case .not: .not
      case .comparison, .membership: .comparison
      case .binary(let operation): operation.precedence
      case .range, .step: .range
      }
    }
  }

  /// A whole expression, pipes included.
  mutating func parseExpression() throws(SyntaxError) -> Expression {
    let outer = try enter()
    defer { leave(outer) }
    var left = try parseOperation()
    while at(.pipe) {
      advance()
      let right = try parseOperation()
      left = Expression(.pipe(left, right), left.span.union(right.span))
      try link()
    }
    return left
  }

  /// Everything tighter than `|>`. Two stacks instead of recursion: a level of nesting is one frame
  /// here.
  mutating func parseOperation() throws(SyntaxError) -> Expression {
    var operands: [Operand] = []
    var operators: [(infix: Infix, span: Span)] = []
    let outer = height
    while true {
      while at(.not), (operators.last?.infix.precedence ?? .pipe) <= .not {
        operators.append((.not, current.span))
        advance()
      }
      height = 0
      let operand = try parseUnary()
      operands.append(Operand(expression: operand, height: height))
      guard let (infix, length) = infixHere() else { break }
      while let top = operators.last, top.infix.precedence >= infix.precedence {
        try reduce(&operands, operators.removeLast())
      }
      operators.append((infix, current.span))
      for _ in 0..<length { advance() }
    }
    while let top = operators.popLast() { try reduce(&operands, top) }
    guard let result = operands.last else { throw unexpected(.expression) }
    height = max(outer, result.height)
    return result.expression
  }

  /// The infix operator at the cursor and how many tokens it takes; notes other languages'
  /// spellings.
  private mutating func infixHere() -> (Infix, Int)? {
    if isAtLineEnd { return nil }
    switch current.kind {
    case .keyword(.or): return (.or, 1)
    case .keyword(.and): return (.and, 1)
    case .keyword(.in): return (.membership(negated: false), 1)
    case .keyword(.by): return (.step, 1)
    case .keyword(.not) where peek().kind == .keyword(.in): return (.membership(negated: true), 2)
    case .symbol(.rangeTo): return (.range(closed: false), 1)
    case .symbol(.rangeThrough): return (.range(closed: true), 1)
    case .symbol(.foreignAnd), .symbol(.foreignOr):
      guard case .symbol(let symbol) = current.kind, let ours = symbol.replacement else {
        return nil
      }
      note(.foreignSpelling(found: symbol.rawValue, instead: ours), at: current.span)
      return (symbol == .foreignAnd ? .and : .or, 1)
    case .symbol(let symbol):
      if symbol == .caret { return nil }
      if let operation = BinaryOperator(rawValue: symbol.rawValue) {
        return (.binary(operation), 1)
      }
      if let operation = ComparisonOperator(rawValue: symbol.rawValue) {
        return (.comparison(operation), 1)
      }
      return nil
    default: return nil
    }
  }

  /// Applies one operator to the top of the operand stack.
  private mutating func reduce(
    _ operands: inout [Operand], _ entry: (infix: Infix, span: Span)
  ) throws(SyntaxError) {
    guard let right = operands.popLast() else { throw unexpected(.expression) }
    if case .not = entry.infix {
      let span = entry.span.union(right.expression.span)
      try push(Expression(.not(right.expression), span), above: right.height, to: &operands)
      return
    }
    guard let left = operands.popLast() else { throw unexpected(.expression) }
    let (a, b) = (left.expression, right.expression)
    let span = a.span.union(b.span)
    var state = Operand.State.done
    let kind: Expression.Kind
    switch entry.infix {
    case .or: kind = .or(a, b)
    case .and, .not: kind = .and(a, b)
    case .binary(let operation): kind = .binary(operation, a, b)
    case .membership(let negated): kind = .membership(a, b, negated: negated)
    case .comparison(let operation):
      state = .comparison
      if left.state == .comparison, case .comparison(let first, let rest) = a.kind {
        kind = .comparison(first, rest + [(op: operation, operand: b)])
      } else {
        kind = .comparison(a, [(op: operation, operand: b)])
      }
    case .range(let closed):
      if left.state == .range { throw operatorError(entry.span) }
      state = .range
      kind = .range(lower: a, upper: b, step: nil, closed: closed)
    case .step:
      guard left.state == .range, case .range(let lower, let upper, nil, let closed) = a.kind else {
        throw operatorError(entry.span)
      }
      state = .range
      kind = .range(lower: lower, upper: upper, step: b, closed: closed)
    }
    try push(
      Expression(kind, span), state, above: max(left.height, right.height), to: &operands)
  }

  private func operatorError(_ span: Span) -> SyntaxError {
    SyntaxError(
      .unexpectedToken(found: .text(source.text(of: span)), expected: .statementEnd), at: span)
  }

  private mutating func push(
    _ expression: Expression, _ state: Operand.State = .done, above height: Int,
    to operands: inout [Operand]
  ) throws(SyntaxError) {
    self.height = height
    try link()
    operands.append(Operand(expression: expression, state: state, height: self.height))
  }

  // MARK: - Prefix, power, postfix

  /// `-x`, `!x` and what they apply to: looser than `^`, so `-2 ^ 2` is `-(2 ^ 2)`.
  private mutating func parseUnary() throws(SyntaxError) -> Expression {
    let start = index
    let operation: UnaryOperator
    switch current.kind {
    case .symbol(.minus): operation = .negate
    case .symbol(.bang): operation = .invert
    default: return try parsePower()
    }
    if operation == .negate, case .int(let magnitude) = peek().kind, magnitude > UInt64(Int64.max) {
      advance()
      advance()
      return Expression(.int(Int.min), span(from: start))
    }
    let outer = try enter()
    defer { leave(outer) }
    advance()
    let operand = try parseUnary()
    return Expression(.unary(operation, operand), span(from: start))
  }

  private mutating func parsePower() throws(SyntaxError) -> Expression {
    let base = try parsePostfix()
    if isAtLineEnd { return base }
    if at(.foreignPower) {
      note(.foreignSpelling(found: "**", instead: "^"), at: current.span)
    } else if !at(.caret) {
      return base
    }
    advance()
    let outer = try enter()
    defer { leave(outer) }
    let exponent = try parseUnary()
    return Expression(.binary(.power, base, exponent), base.span.union(exponent.span))
  }

  /// Calls, indices, fields, transposes and `with` after a primary, from left to right.
  private mutating func parsePostfix() throws(SyntaxError) -> Expression {
    let start = index
    let isBlock = startsBlockLike
    var result = try parsePrimary()
    while true {
      switch current.kind {
      case .symbol(.dot):
        advance()
        result = Expression(.field(result, try parseFieldName()), span(from: start))
      case .symbol(.leftParen) where !isAtLineEnd && !isBlock:
        let arguments = try parseArguments()
        result = Expression(.call(result, arguments), span(from: start))
      case .symbol(.leftBracket) where !isAtLineEnd && !isBlock:
        let items = try parseIndexItems()
        result = Expression(.index(result, items), span(from: start))
      case .symbol(.quote) where !isAtLineEnd:
        advance()
        result = Expression(.transpose(result), span(from: start))
      case .keyword(.with) where !isAtLineEnd:
        advance()
        guard at(.leftParen) else { throw unexpected(.symbols(["("])) }
        let record = try parseParenthesised()
        guard case .record(let fields) = record.kind else {
          throw SyntaxError(.mixedRecord, at: record.span)
        }
        result = Expression(.with(result, fields), span(from: start))
      default:
        return result
      }
      try link()
    }
  }

  /// What begins here ends with a brace, so a bracket behind it is not a call or an index.
  private var startsBlockLike: Bool {
    at(.if) || at(.match) || at(.fn) || at(.try) || (at(.leftBrace) && !startsMap)
  }

  /// After a point every word is a name: `text.match`.
  private mutating func parseFieldName() throws(SyntaxError) -> Name {
    if case .keyword(let keyword) = current.kind, !isAtLineEnd {
      let name = Name(keyword.rawValue, current.span)
      advance()
      return name
    }
    return try expectName()
  }
}
