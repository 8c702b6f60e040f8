package import Diagnostics
internal import Syntax
internal import TensorCore

// The sentences of builtins: every `CallFailure.diagnostic` of this target is made here, so that
// the same fault reads
// the same everywhere. Builtins give the values; nothing here looks at more than it prints.

extension CallContext {
  /// The parameter as messages name it: `separator` in backquotes, else `argument 2`.
  func parameterLabel(_ index: Int) -> String {
    guard index < signature.parameters.count else { return "argument \(index + 1)" }
    return "`\(signature.parameters[index].name)`"
  }

  /// The number by which a failure marks one of the arguments that a `rest` parameter takes.
  func restArgument(_ position: Int) -> Int { signature.parameters.count + position }

  /// E0402: an argument of a type that the builtin cannot take.
  ///
  /// - Parameter wanted: with its article: `a Str`, `an Int or a tuple of Ints`.
  package func wrongType(
    _ index: Int, wanted: String, hint: String? = nil
  ) -> CallFailure {
    wrongType(index, found: value(index), wanted: wanted, hint: hint)
  }

  /// E0402 for a part of an argument: an element of a tuple that should hold only Ints.
  package func wrongType(
    _ index: Int, found: Value, within place: String = "", wanted: String, hint: String? = nil
  ) -> CallFailure {
    if found.isTraced { return .tensor(.noDerivative(operation: builtinName)) }
    let subject = place.isEmpty ? parameterLabel(index) : "\(place) of \(parameterLabel(index))"
    return .diagnostic(
      Diagnostic(
        .argumentType,
        "`\(builtinName)`: \(subject) is \(found.describedWithArticle), \(wanted) is wanted",
        note: found.summary, hint: hint),
      argument: index)
  }

  /// E0405: an argument of the right type whose value the builtin cannot take.
  ///
  /// - Parameters:
  ///   - found: the value as it is to be shown: `-1`, `"abc"`.
  ///   - requirement: what would be right: `at least 0`, `one of "l", "r"`.
  ///   - position: that of the value among those of a `rest` parameter.
  package func wrongValue(
    _ index: Int, found: String, requirement: String, hint: String? = nil, position: Int? = nil
  ) -> CallFailure {
    .diagnostic(
      Diagnostic(
        .argumentValue,
        "`\(builtinName)`: \(parameterLabel(index)) is \(found), it must be \(requirement)",
        hint: hint),
      argument: position.map(restArgument) ?? index)
  }

  /// E0206: an argument that only some uses of the builtin may leave out.
  package func missing(_ index: Int) -> CallFailure {
    .diagnostic(
      Diagnostic(.missingArgument, "`\(builtinName)` needs \(parameterLabel(index))"),
      argument: nil)
  }

  /// Any other fault of one argument: a code and what is wrong, after the builtin's name.
  package func failure(
    _ code: DiagnosticCode, _ sentence: String, argument: Int? = nil, hint: String? = nil
  ) -> CallFailure {
    .diagnostic(Diagnostic(code, "`\(builtinName)`: \(sentence)", hint: hint), argument: argument)
  }
}

extension Value {
  /// As a sentence says it: `an Int`, `a Tuple of 3`, `i64[3]`, `none`.
  package var describedWithArticle: String {
    switch self {
    case .none: "`none`"
    case .tensor(let tensor): tensor.summary.description
    case .int: "an Int"
    case .bool, .float, .complex, .string, .tuple, .record, .map, .range, .function, .module:
      "a \(summary)"
    case .external(let value): Value.withArticle(value.typeName)
    case .traced: primal.describedWithArticle
    }
  }

  /// `a Figure`, `an Image`.
  static func withArticle(_ noun: String) -> String {
    let vowels: Set<Character> = ["a", "e", "i", "o", "A", "E", "I", "O"]
    guard let first = noun.first else { return noun }
    return (vowels.contains(first) ? "an " : "a ") + noun
  }
}

extension CallContext {
  /// E0405: a word that is none of those the builtin knows.
  func unknownWord(_ index: Int, _ word: String, among words: [String]) -> CallFailure {
    let nearest = Suggestion.nearest(to: word, among: words)
    return wrongValue(
      index, found: "\"\(word)\"",
      requirement: "one of " + words.map { "\"\($0)\"" }.joined(separator: ", "),
      hint: nearest.map { "did you mean \"\($0)\"?" })
  }
}

extension CallFailure {
  /// E0114: a format spec that cannot be read.
  static func malformedFormat(_ spec: String, problem: String) -> CallFailure {
    .diagnostic(
      Diagnostic(
        .malformedFormatSpec, "the format \"\(spec)\" \(problem)",
        hint: "as in `.3f`, `>10`, `,`, `.2e`, `08.3f`"))
  }

  /// E0114: a format type that does not go with the value: `d` with a Float.
  static func formatMismatch(type: Character, value: Value) -> CallFailure {
    let hint: String?
    switch value {
    case .float: hint = "`e`, `f`, `g` and `%` write a Float"
    case .string: hint = "only `s`, a fill, a width and a precision go with a Str"
    case .none, .bool, .int, .complex, .tensor, .tuple, .record, .map, .range, .function, .module,
      .external, .traced:
      hint = nil
    }
    return .diagnostic(
      Diagnostic(
        .malformedFormatSpec, "the format `\(type)` does not go with \(value.describedWithArticle)",
        hint: hint))
  }
}

extension CallFailure {
  /// A tensor's error about one parameter points at the argument.
  func pointing(intoCallOf builtin: Builtin) -> CallFailure {
    guard case .tensor(let error) = self, case .argument(_, let name, _, _) = error,
      let index = builtin.signature.parameters.firstIndex(where: { $0.name == name })
    else { return self }
    return .diagnostic(error.diagnostic(operation: builtin.name), argument: index)
  }
}

// MARK: - Operators

extension CallFailure {
  /// E0401: an operator that does not go with the two types.
  static func operands(_ op: String, _ lhs: Value, _ rhs: Value) -> CallFailure {
    .diagnostic(
      Diagnostic(
        .operandTypes, "operands do not fit in `\(op)`: \(lhs.summary) and \(rhs.summary)",
        note: "\(lhs.summary) \(op) \(rhs.summary)", hint: operandHint(op, lhs, rhs)))
  }

  private static func operandHint(_ op: String, _ lhs: Value, _ rhs: Value) -> String? {
    switch (lhs, rhs) {
    case (.string, _) where op == "+", (_, .string) where op == "+":
      return "`str(x)` makes a Str of any value, and \"{x}\" puts one into text"
    case (.tuple(let a), .tuple(let b)) where a.count != b.count && op != "in":
      return "`\(op)` works element by element; `concat((a, b))` joins tuples"
    case (.record(let a), .record(let b)) where op != "in":
      return
        "the fields are (\(a.names.joined(separator: ", "))) and (\(b.names.joined(separator: ", ")))"
    case (.complex, _) where op.hasPrefix("<") || op.hasPrefix(">"),
      (_, .complex) where op.hasPrefix("<") || op.hasPrefix(">"):
      return "complex numbers have no order; compare `abs(z)`"
    case (_, .tensor) where op == "@" && lhs.scalar != nil,
      (.tensor, _) where op == "@" && rhs.scalar != nil:
      return "`*` multiplies by a number"
    case (.float, _) where op == "&" || op == "|", (_, .float) where op == "&" || op == "|":
      return "`&` and `|` take Bools and Ints"
    case (.none, _), (.bool, _), (.int, _), (.float, _), (.complex, _), (.string, _), (.tensor, _),
      (.tuple, _), (.record, _), (.map, _), (.range, _), (.function, _), (.module, _),
      (.external, _), (.traced, _):
      return nil
    }
  }

  /// E0401: an operator of one operand that does not go with its type.
  static func operand(_ op: String, _ operand: Value) -> CallFailure {
    .diagnostic(
      Diagnostic(
        .operandTypes, "`\(op)` does not go with \(operand.describedWithArticle)",
        note: operand.summary))
  }

  /// E0403: an Int result that does not fit.
  static func overflow(_ op: BinaryOperator, _ lhs: Int, _ rhs: Int) -> CallFailure {
    .diagnostic(
      Diagnostic(
        .integerOverflow, "`\(lhs) \(op.rawValue) \(rhs)` does not fit in an Int (64 bits)",
        hint: "Floats go further: `\(lhs).0 \(op.rawValue) \(rhs)`"))
  }

  /// E0404: an Int divided by 0.
  static func zeroDivision(_ op: BinaryOperator, _ lhs: Int) -> CallFailure {
    .diagnostic(
      Diagnostic(
        .divisionByZero, "division by zero: `\(lhs) \(op.rawValue) 0`", note: "the divisor"),
      argument: 1)
  }

  /// E0501: tuples or records within each other beyond what an operator follows.
  static func tooDeep() -> CallFailure {
    .diagnostic(
      Diagnostic(
        .recursionTooDeep, "the value nests more than \(Value.deepestStructure) tuples or records"))
  }
}

// MARK: - Builtins

extension CallContext {
  /// E0412: an argument that yields no elements.
  func notIterable(_ index: Int) -> CallFailure {
    failure(
      .notIterable, "\(value(index).describedWithArticle) has no elements to go through",
      argument: index, hint: "tuples, tensors, ranges, Str, maps and records have elements")
  }
}

extension CallFailure {
  /// E0410: what the user's own `error(…)` says.
  static func userError(_ message: String) -> CallFailure {
    .diagnostic(Diagnostic(.userError, message))
  }
}

extension CallContext {
  /// E0413: text that spells no number.
  func unparsable(_ text: String, as noun: String) -> CallFailure {
    let shown = text.count > 40 ? String(text.prefix(37)) + "..." : text
    return failure(
      .unparsableText, "\(shown.quoted) is not \(noun)", argument: 0,
      hint: "`try \(builtinName)(text) else 0` gives a value when it is none")
  }
}

extension CallContext {
  /// E0415: a regular expression that cannot be read.
  func malformedPattern(_ reason: String) -> CallFailure {
    let pattern = if case .string(let text) = value(1) { text } else { "" }
    let shown = pattern.count > 60 ? String(pattern.prefix(57)) + "..." : pattern
    return failure(
      .malformedPattern, "the pattern \(shown.quoted) cannot be read: \(reason)", argument: 1,
      hint: "write patterns as raw strings, r\"…\", and `\\(` for a bracket that means itself")
  }
}

extension CallContext {
  /// E0414: a key given to a second draw or split.
  func keyReused(_ first: KeyValue.Use, argument: Int) -> CallFailure {
    var diagnostic = Diagnostic(
      .keyReused, "`\(builtinName)`: the key has been used before, by `\(first.builtinName)`",
      note: "used again here",
      hint: "`(a, b) = split(k, 2)` makes two keys of one, each for one draw")
    if let location = first.location {
      diagnostic.labels = [Diagnostic.Label(location, "first used here")]
    }
    return .diagnostic(diagnostic, argument: argument)
  }
}

extension CallContext {
  /// E0401: two elements that have no order between them.
  func unordered(_ a: Value, _ b: Value) -> CallFailure {
    failure(
      .operandTypes,
      "there is no order between \(a.describedWithArticle) and \(b.describedWithArticle)",
      argument: 0)
  }

  /// The Bool that a function gave.
  ///
  /// - Throws: E0402 when it gave anything else.
  func condition(_ value: Value, argument: Int) throws(CallFailure) -> Bool {
    if case .bool(let flag) = value { return flag }
    if case .tensor(let tensor) = value, tensor.count == 1, case .bool(let flag) = tensor.item() {
      return flag
    }
    throw failure(
      .argumentType,
      "\(parameterLabel(argument)) gives \(value.describedWithArticle), a Bool is wanted",
      argument: argument)
  }
}
