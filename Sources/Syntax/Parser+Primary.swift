internal import Diagnostics

extension Parser {
  /// A literal, a name, a bracket, or one of the expressions that begin with a keyword.
  mutating func parsePrimary() throws(SyntaxError) -> Expression {
    let span = current.span
    switch current.kind {
    case .int(let magnitude):
      guard let value = Int(exactly: magnitude) else {
        advance()
        note(.malformedNumber(source.text(of: span), .tooLarge), at: span)
        return Expression(.int(0), span)
      }
      return literal(.int(value))
    case .float(let value): return literal(.float(value))
    case .imaginary(let value): return literal(.imaginary(value))
    case .quantity(let value, let unit, let unitStart):
      return literal(.quantity(value, unit: Name(unit, Span(unitStart, Int(span.end)))))
    case .stringStart: return try parseString()
    case .name(let name):
      if context.lambdaAllowed, arrowFollows(index) { return try parseLambda() }
      if name == "lambda", !peek().startsLine {
        if case .name = peek().kind {
          throw SyntaxError(.foreignSpelling(found: "lambda", instead: "->"), at: span)
        }
      }
      return literal(.name(name))
    case .keyword(let keyword): return try parseKeyword(keyword)
    case .symbol(.leftParen):
      if context.lambdaAllowed, let close = partners[index], arrowFollows(close) {
        return try parseLambda()
      }
      return try parseParenthesised()
    case .symbol(.leftBracket): return try parseTensor()
    case .symbol(.leftBrace):
      if startsMap { return try parseMap() }
      return try parseBlockExpression()
    default:
      throw unexpected(.expression)
    }
  }

  private mutating func literal(_ kind: Expression.Kind) -> Expression {
    let span = current.span
    advance()
    return Expression(kind, span)
  }

  private mutating func parseKeyword(_ keyword: Keyword) throws(SyntaxError) -> Expression {
    switch keyword {
    case .true: return literal(.bool(true))
    case .false: return literal(.bool(false))
    case .none: return literal(.none)
    case .if: return try parseIf()
    case .match: return try parseMatch()
    case .try: return try parseTry()
    case .fn:
      let function = try parseFunction()
      return Expression(.lambda(function), function.span)
    case .for, .while, .break, .continue, .return, .assert:
      throw SyntaxError(.statementAsValue(keyword.rawValue), at: current.span)
    case .else, .in, .and, .or, .not, .with, .as, .by:
      throw unexpected(.expression)
    }
  }

  /// A `->` (or another language's `=>`) stands behind the token.
  func arrowFollows(_ place: Int) -> Bool {
    let next = tokens[min(place + 1, tokens.count - 1)]
    return (next.kind == .symbol(.arrow) || next.kind == .symbol(.foreignArrow)) && !next.startsLine
  }

  // MARK: - Strings

  mutating func parseString() throws(SyntaxError) -> Expression {
    let start = index
    var parts: [StringPart] = []
    advance()
    while true {
      switch current.kind {
      case .stringText(let text):
        parts.append(.text(text))
        advance()
      case .interpolationStart:
        parts.append(try parseInterpolation())
      case .stringEnd:
        advance()
        return Expression(.string(parts), span(from: start))
      default:
        // Only after an error inside an interpolation.
        if isAtEnd { return Expression(.string(parts), span(from: start)) }
        advance()
      }
    }
  }

  private mutating func parseInterpolation() throws(SyntaxError) -> StringPart {
    let open = index
    let outer = context
    defer { context = outer }
    context.lineEndsMatter = false
    context.lambdaAllowed = true
    advance()
    do throws(SyntaxError) {
      switch current.kind {
      case .interpolationEnd, .formatSpec:
        throw SyntaxError(.emptyInterpolation, at: tokens[open].span.union(current.span))
      default: break
      }
      let value = try parseExpression()
      var spec: Name?
      if case .formatSpec(let text) = current.kind {
        if !Parser.isFormatSpec(text) { note(.malformedFormatSpec(text), at: current.span) }
        spec = Name(text, current.span)
        advance()
      }
      guard current.kind == .interpolationEnd else { throw unclosed(open, expected: ["}"]) }
      advance()
      return .interpolation(value, spec: spec)
    } catch {
      try recover(error, behind: open)
      return .interpolation(Expression(.invalid, span(from: open)), spec: nil)
    }
  }

  /// Python's mini-language: `[[fill]align][sign][#][0][width][,|_][.precision][type]`.
  static func isFormatSpec(_ text: String) -> Bool {
    var rest = Array(text)[...]
    func isAlign(_ character: Character?) -> Bool {
      guard let character else { return false }
      return "<>=^".contains(character)
    }
    if isAlign(rest.dropFirst().first) {
      rest = rest.dropFirst(2)
    } else if isAlign(rest.first) {
      rest = rest.dropFirst()
    }
    func take(_ set: String) {
      if let first = rest.first, set.contains(first) { rest = rest.dropFirst() }
    }
    func takeDigits() -> Int {
      let before = rest.count
      rest = rest.drop { $0.isASCII && $0.isNumber }
      return before - rest.count
    }
    take("+- ")
    take("#")
    take("0")
    if takeDigits() > 4 { return false }
    take(",_")
    if rest.first == "." {
      rest = rest.dropFirst()
      let digits = takeDigits()
      if digits == 0 || digits > 4 { return false }
    }
    take("bcdeEfFgGosxX%")
    return rest.isEmpty
  }

  // MARK: - Parentheses and square brackets

  /// Items with commas between up to the closing bracket; an error inside goes on behind it.
  ///
  /// - Returns: whether a comma was seen.
  mutating func parseItems(
    closing: Symbol, _ item: (inout Parser) throws(SyntaxError) -> Void
  ) throws(SyntaxError) -> Bool {
    let open = index
    let outer = context
    defer { context = outer }
    context.lineEndsMatter = false
    context.lambdaAllowed = true
    advance()
    var sawComma = false
    do throws(SyntaxError) {
      while !skip(closing) {
        if isAtEnd { throw unclosed(open, expected: [closing.rawValue]) }
        try item(&self)
        if skip(.comma) {
          sawComma = true
        } else if !at(closing) {
          throw unclosed(open, expected: [",", closing.rawValue])
        }
      }
    } catch {
      try recover(error, behind: open)
    }
    return sawComma
  }

  /// `(x)`, `(x,)`, `(a = 1)`, `(e for x in xs)`.
  mutating func parseParenthesised() throws(SyntaxError) -> Expression {
    let start = index
    var elements: [Expression] = []
    var fields: [RecordField] = []
    var clauses: [Comprehension.Clause] = []
    let sawComma = try parseItems(closing: .rightParen) {
      (parser: inout Parser) throws(SyntaxError) in
      if parser.startsNamed {
        if !elements.isEmpty { throw SyntaxError(.mixedRecord, at: parser.current.span) }
        let name = parser.takeNamed()
        parser.noteDuplicate(name, among: fields.map(\.name), .field)
        fields.append(RecordField(name: name, value: try parser.parseExpression()))
        return
      }
      let element = try parser.parseExpression()
      if !fields.isEmpty { throw SyntaxError(.mixedRecord, at: element.span) }
      elements.append(element)
      if parser.at(.for), elements.count == 1 { clauses = try parser.parseClauses() }
    }
    let span = span(from: start)
    if !fields.isEmpty { return Expression(.record(fields), span) }
    if let element = elements.first, !clauses.isEmpty {
      let comprehension = Comprehension(stacks: false, element: element, clauses: clauses)
      return Expression(.comprehension(comprehension), span)
    }
    if let element = elements.first, elements.count == 1, !sawComma {
      return Expression(element.kind, span)
    }
    return Expression(.tuple(elements), span)
  }

  /// `[a, b]`, `[e for x in xs]`.
  private mutating func parseTensor() throws(SyntaxError) -> Expression {
    let start = index
    var elements: [Expression] = []
    var clauses: [Comprehension.Clause] = []
    _ = try parseItems(closing: .rightBracket) { (parser: inout Parser) throws(SyntaxError) in
      elements.append(try parser.parseExpression())
      if parser.at(.for), elements.count == 1 { clauses = try parser.parseClauses() }
    }
    let span = span(from: start)
    if let element = elements.first, !clauses.isEmpty {
      let comprehension = Comprehension(stacks: true, element: element, clauses: clauses)
      return Expression(.comprehension(comprehension), span)
    }
    return Expression(.tensor(elements), span)
  }

  /// `for x in xs if p(x) for y in ys`
  mutating func parseClauses() throws(SyntaxError) -> [Comprehension.Clause] {
    var clauses: [Comprehension.Clause] = []
    while true {
      if at(.for) {
        advance()
        let pattern = try parsePattern(allowsLiterals: false)
        guard at(.in) else { throw unexpected(.symbols(["in"])) }
        advance()
        clauses.append(.each(pattern, in: try parseExpression()))
      } else if at(.if) {
        advance()
        clauses.append(.condition(try parseCondition()))
      } else {
        return clauses
      }
    }
  }

  // MARK: - Arguments and indices

  /// `name =` stands at the cursor.
  var startsNamed: Bool {
    guard peek().kind == .symbol(.assign) else { return false }
    switch current.kind {
    case .name, .keyword: return true
    default: return false
    }
  }

  /// Takes `name =`.
  mutating func takeNamed() -> Name {
    let name = Name(source.text(of: current.span), current.span)
    advance()
    advance()
    return name
  }

  mutating func noteDuplicate(_ name: Name, among others: [Name], _ role: SyntaxError.NameRole) {
    if let first = others.first(where: { $0.text == name.text }) {
      note(.duplicateName(name.text, role, first: first.span), at: name.span)
    }
  }

  mutating func parseArguments() throws(SyntaxError) -> [Argument] {
    var arguments: [Argument] = []
    var names: [Name] = []
    let start = index
    _ = try parseItems(closing: .rightParen) { (parser: inout Parser) throws(SyntaxError) in
      if parser.startsNamed {
        let name = parser.takeNamed()
        parser.noteDuplicate(name, among: names, .argument)
        names.append(name)
        arguments.append(.named(name, try parser.parseExpression()))
        return
      }
      let value = try parser.parseExpression()
      if parser.skip(.ellipsis) {
        arguments.append(.splat(value))
        return
      }
      if parser.at(.for), arguments.isEmpty {
        let clauses = try parser.parseClauses()
        let comprehension = Comprehension(stacks: false, element: value, clauses: clauses)
        let span = parser.span(from: start + 1)
        arguments.append(.positional(Expression(.comprehension(comprehension), span)))
        return
      }
      if !names.isEmpty { parser.note(.positionalAfterNamed, at: value.span) }
      arguments.append(.positional(value))
    }
    return arguments
  }

  mutating func parseIndexItems() throws(SyntaxError) -> [IndexItem] {
    var items: [IndexItem] = []
    let open = index
    _ = try parseItems(closing: .rightBracket) { (parser: inout Parser) throws(SyntaxError) in
      items.append(try parser.parseIndexItem())
    }
    if items.isEmpty, errors.isEmpty {
      note(.unexpectedToken(found: .text("]"), expected: .expression), at: span(from: open))
    }
    return items
  }

  private mutating func parseIndexItem() throws(SyntaxError) -> IndexItem {
    let start = index
    let next = peek().kind
    if at(.ellipsis) {
      advance()
      return .ellipsis(span(from: start))
    }
    if current.kind == .name("new"), next == .symbol(.comma) || next == .symbol(.rightBracket) {
      advance()
      return .newAxis(span(from: start))
    }
    let lower = at(.colon) ? nil : try parseExpression()
    guard skip(.colon) else {
      guard let lower else { throw unexpected(.expression) }
      return .expression(lower)
    }
    let upper = endsSlicePart ? nil : try parseExpression()
    var step: Expression?
    if skip(.colon), !endsSlicePart { step = try parseExpression() }
    return .slice(lower: lower, upper: upper, step: step, span(from: start))
  }

  private var endsSlicePart: Bool { at(.colon) || at(.comma) || at(.rightBracket) || isAtEnd }
}
