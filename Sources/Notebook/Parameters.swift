package import Runtime

/// A parameter as the front matter declares it.
package struct ParameterDeclaration: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case int, float, bool, str
  }

  package let name: String
  package let kind: Kind
  /// nil: the caller must give it.
  package let defaultValue: ParameterValue?
  package let minimum: Double?
  package let maximum: Double?
  /// Empty: any value.
  package let choices: [ParameterValue]
  package let documentation: String

  /// Why a value does not fit; nil when it does.
  package func objection(to value: ParameterValue) -> String? {
    if let number = value.number {
      if let minimum, number < minimum { return "at least \(ParameterDeclaration.text(minimum))" }
      if let maximum, number > maximum { return "at most \(ParameterDeclaration.text(maximum))" }
    }
    guard choices.isEmpty || choices.contains(value) else {
      return "one of \(choices.map(\.text).joined(separator: ", "))"
    }
    return nil
  }

  private static func text(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }
}

/// A value of a parameter.
package enum ParameterValue: Hashable, Sendable {
  case int(Int)
  case float(Double)
  case bool(Bool)
  case str(String)

  /// As the command line writes it.
  package var text: String {
    switch self {
    case .int(let value): String(value)
    case .float(let value): "\(value)"
    case .bool(let value): String(value)
    case .str(let value): value
    }
  }

  package var value: Value {
    switch self {
    case .int(let value): .int(value)
    case .float(let value): .float(value)
    case .bool(let value): .bool(value)
    case .str(let value): .string(value)
    }
  }

  var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    case .bool, .str: nil
    }
  }
}

extension ParameterDeclaration.Kind {
  /// As messages name it.
  var expectation: String {
    switch self {
    case .int: "a whole number"
    case .float: "a number"
    case .bool: "true or false"
    case .str: "a text"
    }
  }

  /// Reads a value written on the command line.
  func value(ofText text: String) -> ParameterValue? {
    switch self {
    case .int: YAMLValue.int(text).map(ParameterValue.int)
    case .float: YAMLValue.float(text).map(ParameterValue.float)
    case .bool: text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
    case .str: .str(text)
    }
  }

  /// Reads a value written in YAML.
  func value(of yaml: YAMLValue) -> ParameterValue? {
    switch self {
    case .int: yaml.int.map(ParameterValue.int)
    case .float: yaml.float.map(ParameterValue.float)
    case .bool: yaml.bool.map(ParameterValue.bool)
    case .str: yaml.string.map(ParameterValue.str)
    }
  }

  /// The type of a value given without one: `epochs: 10`.
  static func inferred(from yaml: YAMLValue) -> ParameterDeclaration.Kind? {
    if yaml.bool != nil { return .bool }
    if yaml.int != nil { return .int }
    if yaml.float != nil { return .float }
    return yaml.string == nil ? nil : .str
  }
}

// MARK: - Reading a declaration

extension ParameterDeclaration {
  private static let keys = ["type", "default", "min", "max", "choices", "doc"]

  /// Reads `name: { type: int, default: 3, min: 1, max: 9, choices: [3, 5], doc: … }` or the short
  /// form `name: 3`.
  init(key: YAMLValue, value: YAMLValue) throws(NotebookProblem) {
    guard let name = key.string, Self.isName(name) else {
      throw NotebookProblem(
        .keyValue(key: "params", expected: "names of variables", found: key.summary), at: key.span)
    }
    guard let pairs = value.mapping else {
      try self.init(name: name, shorthand: value)
      return
    }
    var entries: [String: YAMLValue] = [:]
    for (key, value) in pairs {
      guard let field = key.string, Self.keys.contains(field) else {
        throw NotebookProblem(
          .unknownKey(key.string ?? key.summary, known: Self.keys, place: .parameter),
          at: key.span)
      }
      entries[field] = value
    }
    let kind = try Self.kind(entries["type"], inferredFrom: entries["default"], at: key, name)
    func read(_ field: String) throws(NotebookProblem) -> ParameterValue? {
      guard let yaml = entries[field] else { return nil }
      return try Self.value(yaml, kind, name, field)
    }
    var choices: [ParameterValue] = []
    if let yaml = entries["choices"] {
      guard let items = yaml.sequence, !items.isEmpty else {
        throw Self.wrong("\(name): choices", "a list of values", yaml)
      }
      for item in items { choices.append(try Self.value(item, kind, name, "choices")) }
    }
    let documentation = entries["doc"]?.string ?? ""
    let minimum = try Self.bound(entries["min"], kind, name, "min")
    let maximum = try Self.bound(entries["max"], kind, name, "max")
    self.init(
      name: name, kind: kind, defaultValue: try read("default"), minimum: minimum,
      maximum: maximum, choices: choices, documentation: documentation)
    if let defaultValue, let objection = objection(to: defaultValue) {
      throw Self.wrong("\(name): default", objection, entries["default"] ?? value)
    }
  }

  private init(name: String, shorthand value: YAMLValue) throws(NotebookProblem) {
    guard let kind = Kind.inferred(from: value), let defaultValue = kind.value(of: value) else {
      throw Self.wrong(name, "a value or a mapping such as { type: int, default: 3 }", value)
    }
    self.init(
      name: name, kind: kind, defaultValue: defaultValue, minimum: nil, maximum: nil, choices: [],
      documentation: "")
  }

  private static func kind(
    _ yaml: YAMLValue?, inferredFrom defaultValue: YAMLValue?, at key: YAMLValue, _ name: String
  ) throws(NotebookProblem) -> Kind {
    let expectation = Kind.allCases.map(\.rawValue).joined(separator: ", ")
    if let yaml {
      guard let kind = yaml.string.flatMap(Kind.init(rawValue:)) else {
        throw wrong("\(name): type", "one of \(expectation)", yaml)
      }
      return kind
    }
    guard let kind = defaultValue.flatMap(Kind.inferred(from:)) else {
      throw wrong(name, "declared with a `type` (\(expectation)) or a `default`", key)
    }
    return kind
  }

  private static func value(
    _ yaml: YAMLValue, _ kind: Kind, _ name: String, _ field: String
  ) throws(NotebookProblem) -> ParameterValue {
    guard let value = kind.value(of: yaml) else {
      throw wrong("\(name): \(field)", kind.expectation, yaml)
    }
    return value
  }

  private static func bound(
    _ yaml: YAMLValue?, _ kind: Kind, _ name: String, _ field: String
  ) throws(NotebookProblem) -> Double? {
    guard let yaml else { return nil }
    guard let number = try value(yaml, kind, name, field).number else {
      throw wrong("\(name): \(field)", "only for numbers (int, float)", yaml)
    }
    return number
  }

  private static func wrong(
    _ key: String, _ expected: String, _ value: YAMLValue
  ) -> NotebookProblem {
    NotebookProblem(
      .keyValue(key: key, expected: expected, found: value.summary), at: value.span)
  }

  /// Whether the text can name a variable of the language.
  private static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first,
      first.properties.isAlphabetic || first == "_"
    else { return false }
    return text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_"
    }
  }
}
