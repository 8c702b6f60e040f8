package import Diagnostics

extension SyntaxError {
  /// The sentence, labels and hint a user sees for this error.
  package func diagnostic(in source: SourceText) -> Diagnostic {
    var labels: [Diagnostic.Label] = []
    switch kind {
    case .unclosedBracket(let open, let found):
      if source.position(of: Int(found.start)).line != source.position(of: Int(span.start)).line {
        let closing = SyntaxError.closing(open)
        labels.append(.init(Location(source, found), "`\(closing)` is wanted by here"))
      }
    case .duplicateName(_, let role, let first):
      labels.append(.init(Location(source, first), "the first \(role.word) of this name"))
    default: break
    }
    return Diagnostic(
      code, message, at: Location(source, span), note: note, labels: labels, hint: hint(in: source))
  }

  private var code: DiagnosticCode {
    switch kind {
    case .unexpectedCharacter, .singleQuotedString: .unexpectedCharacter
    case .unterminatedString: .unterminatedString
    case .malformedNumber: .malformedNumber
    case .unknownEscape: .unknownEscape
    case .strayBrace, .emptyInterpolation, .unclosedInterpolation: .malformedInterpolation
    case .malformedFormatSpec: .malformedFormatSpec
    case .unexpectedToken, .strayBracket, .foreignSpelling, .assignmentInCondition, .bareTuple:
      .unexpectedToken
    case .unclosedBracket: .unclosedBracket
    case .notAssignable, .literalInPattern: .notAssignable
    case .positionalAfterNamed, .mixedRecord, .misplacedRest: .positionalAfterNamed
    case .duplicateName: .duplicateName
    case .outsideLoop, .returnOutsideFunction, .statementAsValue: .misplacedKeyword
    case .nestingTooDeep, .chainTooLong: .nestingTooDeep
    }
  }

  // MARK: - Sentences

  private var message: String {
    switch kind {
    case .unexpectedCharacter(let scalar):
      "`\(scalar)` (\(SyntaxError.codePoint(scalar))) has no meaning here"
    case .singleQuotedString: "a string is written in double quotes"
    case .unterminatedString(let isMultiline):
      isMultiline ? "the string is not closed by `\"\"\"`" : "the string is not closed on its line"
    case .malformedNumber(let text, let fault): fault.message(text)
    case .unknownEscape(let escape): "`\(escape)` is not an escape"
    case .strayBrace: "a lone `}` stands in a string"
    case .emptyInterpolation: "the braces in the string hold no expression"
    case .unclosedInterpolation: "`{` in the string is not closed by `}`"
    case .malformedFormatSpec(let text): "`\(text)` is not a format"
    case .unexpectedToken(let found, let expected):
      "\(expected.phrase) is expected, but \(found.phrase)"
    case .unclosedBracket(let open, _): "`\(open)` is not closed"
    case .strayBracket(let bracket): "`\(bracket)` closes nothing"
    case .foreignSpelling(let found, let instead):
      switch instead {
      case "": "a name needs no `\(found)`"
      case "use": "`\(found)` is not a word of the language"
      case "->" where found == "lambda": "`lambda` is not how a function is written"
      default: "`\(found)` is written `\(instead)`"
      }
    case .assignmentInCondition: "`=` assigns; a condition compares with `==`"
    case .bareTuple: "several values need parentheses around them"
    case .notAssignable(let assignee): assignee.message
    case .literalInPattern: "a literal cannot be assigned to; only `match` compares with one"
    case .positionalAfterNamed: "a positional argument follows a named one"
    case .mixedRecord: "either all elements in the parentheses have names or none has"
    case .misplacedRest: "only one name may take the rest, and a parameter only as the last"
    case .duplicateName(let name, let role, _): "the \(role.word) `\(name)` appears twice"
    case .outsideLoop(let keyword): "`\(keyword)` stands outside a loop"
    case .returnOutsideFunction: "`return` stands outside a function"
    case .statementAsValue(let keyword): "`\(keyword)` is a statement and has no value"
    case .nestingTooDeep(let limit): "brackets, blocks and prefixes nest more than \(limit) deep"
    case .chainTooLong(let limit): "more than \(limit) operations hang on one expression"
    }
  }

  private var note: String {
    switch kind {
    case .unclosedBracket(let open, _): "`\(SyntaxError.closing(open))` is missing"
    case .unterminatedString: "the string begins here"
    case .positionalAfterNamed: "has no name"
    default: ""
    }
  }

  // MARK: - Hints

  private func hint(in source: SourceText) -> String? {
    switch kind {
    case .unexpectedCharacter(let scalar): return SyntaxError.hint(for: scalar)
    case .singleQuotedString(let text):
      return "write \"\(text.dropFirst().dropLast())\"; `'` directly after a value transposes it"
    case .unterminatedString(let isMultiline):
      return isMultiline ? nil : "add `\"`, or use `\"\"\"` for a text of several lines"
    case .malformedNumber(_, let fault): return fault.hint
    case .unknownEscape:
      return "escapes are \\n \\t \\r \\0 \\\\ \\\" \\{ \\} \\xHH \\u{H…}; r\"…\" reads none"
    case .strayBrace: return "write `}}` for a brace"
    case .emptyInterpolation: return "write `{{}}` for braces"
    case .unclosedInterpolation: return "write `{{` for a brace"
    case .malformedFormatSpec:
      return
        "a format is [[fill]align][sign][#][0][width][,][.precision][type], as in `.4f` or `>10`"
    case .unexpectedToken(let found, let expected):
      return SyntaxError.hint(found: found, expected: expected)
    case .foreignSpelling(let found, let instead): return foreignHint(found, instead)
    case .assignmentInCondition: return "did you mean `==`?"
    case .bareTuple: return "write `(a, b) = …`, or `;` between statements"
    case .notAssignable(let assignee): return assignee.hint
    case .positionalAfterNamed: return "move it before the named arguments"
    case .mixedRecord: return "`(a = 1, b = 2)` is a record, `(1, 2)` a tuple"
    case .misplacedRest: return nil
    case .returnOutsideFunction: return "the last expression of a cell is its value"
    case .statementAsValue(let keyword):
      return keyword == "for"
        ? "`[f(x) for x in xs]` makes a tensor, `(f(x) for x in xs)` a tuple"
        : "put it in a block: `{ \(keyword) … }`"
    case .nestingTooDeep, .chainTooLong: return "give parts of the expression names of their own"
    case .unclosedBracket, .strayBracket, .literalInPattern, .duplicateName, .outsideLoop:
      return nil
    }
  }

  private func foreignHint(_ found: String, _ instead: String) -> String {
    switch instead {
    case "": "write `name = value`"
    case "use": "standard modules need no import; a file is read by `use \"lib/mine.lam\" as mine`"
    case "->": found == "lambda" ? "write `x -> x + 1`" : "write `->`"
    case "and": "did you mean `and`? elementwise it is `&`"
    case "or": "did you mean `or`? elementwise it is `|`"
    default: "did you mean `\(instead)`?"
    }
  }

  private static func hint(found: Found, expected: Expectation) -> String? {
    guard case .text(let text) = found else { return nil }
    switch (expected, text) {
    case (.body, ":"): return "a body stands in braces: `{ … }`"
    case (.body, _): return "the body stands in braces: `{ … }`"
    case (.functionBody, ":"): return "a body follows `=` or stands in braces: `{ … }`"
    case (.functionBody, _): return "write `fn f(x) = …` or `fn f(x) { … }`"
    case (.statementEnd, "if"): return "a choice is written `if c { a } else { b }`"
    case (.statementEnd, ":"): return "only parameters and results are annotated"
    case (.statementEnd, "..."): return "a range is written `a..b`"
    case (.statementEnd, "?"): return "a choice is written `if c { a } else { b }`"
    case (.statementEnd, "="): return "only a name, field or index stands left of `=`"
    case (.statementEnd, _): return "a statement ends with its line or with `;`"
    case (.expression, "+"): return "a number needs no `+` before it"
    default:
      return Keyword(rawValue: text) == nil
        ? nil : "`\(text)` is a word of the language and cannot be a name"
    }
  }

  private static func hint(for scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "“", "”", "„", "«", "»": "strings stand in straight double quotes"
    case "‘", "’": "write a straight `'` to transpose"
    case "−", "–", "—": "write `-`"
    case "×", "·", "⋅": "write `*`, or `@` for the matrix product"
    case "÷": "write `/`"
    case "≤": "write `<=`"
    case "≥": "write `>=`"
    case "≠": "write `!=`"
    case "→", "⇒": "write `->`"
    case "…": "write `...`"
    case "?": "a choice is written `if c { a } else { b }`"
    case "$": "names need no `$`; in a string write `{name}`"
    case "\\": "a line goes on after an operator, a comma or inside brackets"
    case "`": "strings stand in double quotes"
    case "~": "write `!` for not"
    case "\u{A0}", "\u{200B}", "\u{FEFF}": "this blank is not a space; retype it"
    default: nil
    }
  }

  private static func closing(_ open: String) -> String {
    switch open {
    case "(": ")"
    case "[": "]"
    default: "}"
    }
  }

  private static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension SyntaxError.NumberFault {
  func message(_ text: String) -> String {
    switch self {
    case .noDigits: "the number `\(text)` has no digits"
    case .underscore: "in `\(text)` an underscore does not stand between two digits"
    case .secondPoint: "the number `\(text)` has a second point"
    case .tooLarge: "the number `\(text)` is too large"
    case .digit(let digit, let radix): "`\(digit)` in `\(text)` is not a digit to base \(radix)"
    case .keywordDirectlyAfter(let word): "`\(word)` stands directly after a number in `\(text)`"
    }
  }

  var hint: String? {
    switch self {
    case .tooLarge: "an Int is at most 9223372036854775807; write `1e20` for a Float"
    case .keywordDirectlyAfter: "put a space between them"
    case .noDigits, .underscore, .secondPoint, .digit: nil
    }
  }
}

extension SyntaxError.Found {
  var phrase: String {
    switch self {
    case .text(let text): "`\(text)` stands here"
    case .string: "a string stands here"
    case .lineEnd: "the line ends"
    case .end: "the text ends"
    }
  }
}

extension SyntaxError.Expectation {
  var phrase: String {
    switch self {
    case .expression: "an expression"
    case .statement: "a statement"
    case .statementEnd: "the end of the statement"
    case .name: "a name"
    case .pattern: "a pattern"
    case .contract: "a type"
    case .dimension: "a size, a name, `_` or `...`"
    case .string: "a string without interpolations"
    case .symbols(let symbols): symbols.map { "`\($0)`" }.joined(separator: " or ")
    case .body(let keyword): "the `{` of `\(keyword)`"
    case .functionBody: "`=` or `{`"
    }
  }
}

extension SyntaxError.Assignee {
  var message: String {
    switch self {
    case .call: "a call cannot be assigned to"
    case .literal: "a literal cannot be assigned to"
    case .tensor: "brackets make a tensor, which cannot be assigned to"
    case .keyword(let word): "`\(word)` cannot be assigned to"
    case .other: "this expression cannot be assigned to"
    }
  }

  var hint: String? {
    switch self {
    case .call(let name): "did you mean `fn \(name ?? "f")(…) = …`, or `==`?"
    case .tensor: "take a value apart with parentheses: `(a, b) = …`"
    case .literal, .keyword, .other: "did you mean `==`?"
    }
  }
}

extension SyntaxError.NameRole {
  var word: String {
    switch self {
    case .parameter: "parameter"
    case .field: "field"
    case .argument: "argument"
    case .variable: "name"
    }
  }
}
