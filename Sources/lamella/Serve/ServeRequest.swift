internal import Diagnostics
internal import JSON
internal import Notebook
internal import Syntax

/// One line of `lamella serve`, read: what shall run, with which values, and how to answer.
struct ServeRequest: Sendable {
  /// Comes back with the reply, whatever it is.
  let id: JSONText
  let code: String
  /// Names and what they are bound to, still as JSON.
  let inputs: [(name: String, value: JSONText)]
  /// The names whose values are wanted; nil: the last value of the code.
  let outputs: [String]?
  /// Where files go; nil: the folder of the process.
  let folder: String?
  /// The identity of the random stream; nil: the text of the id.
  let cell: String?
  let timeout: Double?
  /// Run in a session of its own, without the names of the kept one.
  let isFresh: Bool
  /// Forget all names first.
  let resets: Bool
  /// Stop what runs, and nothing else.
  let interrupts: Bool

  private static let keys = [
    "id", "code", "inputs", "outputs", "folder", "cell", "timeout", "fresh", "reset", "interrupt",
  ]

  /// - Throws: E1001 when the object has an unknown key or a value of the wrong kind.
  init(_ json: JSONText) throws(Diagnostic) {
    guard case .object(let pairs) = json else {
      throw ServeRequest.malformed("a request is a JSON object")
    }
    if let unknown = pairs.first(where: { !ServeRequest.keys.contains($0.key) }) {
      let nearest = Suggestion.nearest(to: unknown.key, among: ServeRequest.keys)
      throw ServeRequest.malformed(
        "a request has no key \"\(unknown.key)\"", hint: nearest.map { "did you mean \"\($0)\"?" })
    }
    id = json["id"] ?? .null
    switch id {
    case .null, .bool, .int, .number, .string: break
    case .array, .object: throw ServeRequest.malformed("\"id\" must be a number or a string")
    }
    code = try ServeRequest.string(json, "code") ?? ""
    folder = try ServeRequest.string(json, "folder")
    cell = try ServeRequest.string(json, "cell")
    isFresh = try ServeRequest.flag(json, "fresh")
    resets = try ServeRequest.flag(json, "reset")
    interrupts = try ServeRequest.flag(json, "interrupt")
    timeout = try ServeRequest.seconds(json)
    outputs = try ServeRequest.names(json)
    inputs = try ServeRequest.inputs(json)
  }

  static func malformed(_ sentence: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(.malformedRequest, sentence, hint: hint)
  }

  // MARK: - Keys

  private static func string(_ json: JSONText, _ key: String) throws(Diagnostic) -> String? {
    switch json[key] {
    case nil, .null: return nil
    case .string(let text): return text
    case .bool, .int, .number, .array, .object: throw malformed("\"\(key)\" must be a string")
    }
  }

  private static func flag(_ json: JSONText, _ key: String) throws(Diagnostic) -> Bool {
    switch json[key] {
    case nil, .null: return false
    case .bool(let value): return value
    case .int, .number, .string, .array, .object:
      throw malformed("\"\(key)\" must be true or false")
    }
  }

  private static func seconds(_ json: JSONText) throws(Diagnostic) -> Double? {
    let seconds: Double
    switch json["timeout"] {
    case nil, .null: return nil
    case .int(let value): seconds = Double(value)
    case .number(let value): seconds = value
    case .bool, .string, .array, .object: seconds = 0
    }
    guard seconds > 0, seconds <= 1e9 else {
      throw malformed("\"timeout\" must be a number of seconds, more than 0")
    }
    return seconds
  }

  private static func names(_ json: JSONText) throws(Diagnostic) -> [String]? {
    switch json["outputs"] {
    case nil, .null: return nil
    case .array(let items):
      var names: [String] = []
      for item in items {
        guard case .string(let name) = item else {
          throw malformed("\"outputs\" must be an array of names")
        }
        try check(name, within: "outputs")
        if !names.contains(name) { names.append(name) }
      }
      return names
    case .bool, .int, .number, .string, .object:
      throw malformed("\"outputs\" must be an array of names")
    }
  }

  private static func inputs(_ json: JSONText) throws(Diagnostic) -> [(
    name: String, value: JSONText
  )] {
    switch json["inputs"] {
    case nil, .null: return []
    case .object(let pairs):
      for pair in pairs { try check(pair.key, within: "inputs") }
      return pairs.map { (name: $0.key, value: $0.value) }
    case .bool, .int, .number, .string, .array:
      throw malformed("\"inputs\" must be an object: names and values")
    }
  }

  /// - Throws: E1001 unless the text is one name of the language and no word that is taken.
  static func check(_ name: String, within key: String) throws(Diagnostic) {
    let parsed = Parser.parse(SourceText(name: "", text: name))
    if parsed.errors.isEmpty, parsed.statements.count == 1,
      case .expression(let expression) = parsed.statements[0].kind,
      case .name(let found) = expression.kind, found == name
    {
      return
    }
    throw malformed("\"\(name)\" in \"\(key)\" is no name that a value can have")
  }
}
