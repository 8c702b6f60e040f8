internal import Diagnostics

extension Parser {
  // MARK: - Functions

  /// `fn f(x) = e`, `fn f(x) -> c { … }`, `fn(x) { … }`, with the cursor at `fn`.
  mutating func parseFunction() throws(SyntaxError) -> Function {
    let start = index
    let nesting = try enter()
    defer { leave(nesting) }
    advance()
    var name: Name?
    if case .name = current.kind { name = try expectName() }
    guard at(.leftParen) else {
      throw unexpected(name == nil ? .name : .symbols(["("]))
    }
    let parameters = try parseParameters()
    var result: Contract?
    if skip(.arrow) { result = try parseContract() }
    let outer = context
    defer { context = outer }
    context.isInFunction = true
    context.isInLoop = false
    let body: Expression
    if at(.leftBrace) {
      body = try parseBlockExpression()
    } else if skip(.assign) {
      body = try parseExpression()
    } else {
      throw unexpected(.functionBody)
    }
    return Function(
      name: name, parameters: parameters, result: result, body: body, span: span(from: start),
      documentation: documentation[start])
  }

  /// `x -> e` or `(a, b = 1) -> e`, with the cursor at its first token.
  mutating func parseLambda() throws(SyntaxError) -> Expression {
    let start = index
    let nesting = try enter()
    defer { leave(nesting) }
    let parameters: [Parameter]
    if at(.leftParen) {
      parameters = try parseParameters()
    } else {
      let name = try expectName()
      parameters = [Parameter(name: name, contract: nil, defaultValue: nil, isRest: false)]
    }
    try takeArrow()
    let outer = context
    defer { context = outer }
    context.isInFunction = true
    context.isInLoop = false
    let body = try parseOperation()
    let function = Function(
      name: nil, parameters: parameters, result: nil, body: body, span: span(from: start),
      documentation: nil)
    return Expression(.lambda(function), function.span)
  }

  private mutating func parseParameters() throws(SyntaxError) -> [Parameter] {
    var parameters: [Parameter] = []
    _ = try parseItems(closing: .rightParen) { (parser: inout Parser) throws(SyntaxError) in
      let name = try parser.expectName()
      if name.text != "_" {
        parser.noteDuplicate(name, among: parameters.map(\.name), .parameter)
      }
      if parameters.last?.isRest == true { parser.note(.misplacedRest, at: name.span) }
      let isRest = parser.skip(.ellipsis)
      var contract: Contract?
      if parser.skip(.colon) { contract = try parser.parseContract() }
      var defaultValue: Expression?
      if parser.skip(.assign) { defaultValue = try parser.parseExpression() }
      parameters.append(
        Parameter(name: name, contract: contract, defaultValue: defaultValue, isRest: isRest))
    }
    return parameters
  }

  // MARK: - Contracts

  /// `f32[heads, d]`, `Float`.
  private mutating func parseContract() throws(SyntaxError) -> Contract {
    let start = index
    guard case .name(let text) = current.kind else { throw unexpected(.contract) }
    let type = Name(text, current.span)
    advance()
    guard at(.leftBracket), !isAtLineEnd else {
      return Contract(type: type, dimensions: nil, span: type.span)
    }
    var dimensions: [Contract.Dimension] = []
    _ = try parseItems(closing: .rightBracket) { (parser: inout Parser) throws(SyntaxError) in
      dimensions.append(try parser.parseDimension())
    }
    return Contract(type: type, dimensions: dimensions, span: span(from: start))
  }

  private mutating func parseDimension() throws(SyntaxError) -> Contract.Dimension {
    let dimension: Contract.Dimension
    switch current.kind {
    case .int(let size): dimension = .size(Int(clamping: size))
    case .name("_"): dimension = .any
    case .name(let name): dimension = .name(Name(name, current.span))
    case .symbol(.ellipsis): dimension = .run
    default: throw unexpected(.dimension)
    }
    advance()
    return dimension
  }

  // MARK: - Patterns

  /// A pattern; names bound twice in it are noted.
  ///
  /// - Parameter allowsLiterals: true in `match`; elsewhere a literal is noted as an error.
  mutating func parsePattern(allowsLiterals: Bool) throws(SyntaxError) -> Pattern {
    var names: [Name] = []
    return try parsePattern(allowsLiterals, &names)
  }

  private mutating func parsePattern(
    _ allowsLiterals: Bool, _ names: inout [Name]
  ) throws(SyntaxError) -> Pattern {
    let start = index
    switch current.kind {
    case .name(let text):
      let name = Name(text, current.span)
      advance()
      if text == "_" { return Pattern(.wildcard, name.span) }
      noteDuplicate(name, among: names, .variable)
      names.append(name)
      return Pattern(.name(text), name.span)
    case .symbol(.leftParen):
      return try parseTuplePattern(allowsLiterals, &names)
    case .symbol(.minus), .int, .float, .imaginary, .quantity, .stringStart, .keyword(.true),
      .keyword(.false), .keyword(.none):
      let literal = try parseLiteralPattern()
      if !allowsLiterals { note(.literalInPattern, at: span(from: start)) }
      return Pattern(.literal(literal), span(from: start))
    default:
      throw unexpected(.pattern)
    }
  }

  private mutating func parseLiteralPattern() throws(SyntaxError) -> Expression {
    let start = index
    guard skip(.minus) else {
      let literal = try parsePrimary()
      if case .string(let parts) = literal.kind, literalText(parts) == nil {
        throw SyntaxError(.unexpectedToken(found: .string, expected: .pattern), at: literal.span)
      }
      return literal
    }
    switch current.kind {
    case .int(let magnitude) where magnitude > UInt64(Int64.max):
      advance()
      return Expression(.int(Int.min), span(from: start))
    case .int, .float, .imaginary, .quantity:
      let number = try parsePrimary()
      return Expression(.unary(.negate, number), span(from: start))
    default: throw unexpected(.pattern)
    }
  }

  /// `(a, rest...)`, `(a)`, `(lr = rate)`.
  private mutating func parseTuplePattern(
    _ allowsLiterals: Bool, _ names: inout [Name]
  ) throws(SyntaxError) -> Pattern {
    let start = index
    let nesting = try enter()
    defer { leave(nesting) }
    var elements: [Pattern] = []
    var fields: [(field: Name, pattern: Pattern)] = []
    var hasRest = false
    var bound = names
    let sawComma = try parseItems(closing: .rightParen) {
      (parser: inout Parser) throws(SyntaxError) in
      if parser.startsNamed {
        if !elements.isEmpty { throw SyntaxError(.mixedRecord, at: parser.current.span) }
        let field = parser.takeNamed()
        parser.noteDuplicate(field, among: fields.map(\.field), .field)
        fields.append((field, try parser.parsePattern(allowsLiterals, &bound)))
        return
      }
      let element = try parser.parsePattern(allowsLiterals, &bound)
      if !fields.isEmpty { throw SyntaxError(.mixedRecord, at: element.span) }
      guard parser.at(.ellipsis) else {
        elements.append(element)
        return
      }
      parser.advance()
      let text = parser.source.text(of: element.span)
      if hasRest { parser.note(.misplacedRest, at: element.span) }
      hasRest = true
      elements.append(
        Pattern(
          .rest(Name(text, element.span)), element.span.union(parser.tokens[parser.index - 1].span))
      )
    }
    names = bound
    let span = span(from: start)
    if !fields.isEmpty { return Pattern(.record(fields), span) }
    if elements.count == 1, let element = elements.first, !sawComma, !hasRest {
      return Pattern(element.kind, span)
    }
    return Pattern(.tuple(elements), span)
  }
}
