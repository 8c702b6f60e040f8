internal import DataKit
internal import Diagnostics
internal import JSON
internal import Notebook
internal import Runtime
internal import TensorCore

/// Writes values into a reply, and what is too large for one into files.
struct ValueWriter {
  /// Where the files of this reply go. Made when the first file is written.
  let folder: String

  private static let deepest = 100

  /// - Parameter name: what files are called: `y.npy`, and `y.0.w.npy` for what is inside.
  /// - Throws: E1001 for values nested more than 100 deep; E0804 for a file.
  func json(_ value: Value, name: String, depth: Int = 0) throws(Diagnostic) -> JSONText {
    guard depth < ValueWriter.deepest else {
      throw ServeRequest.malformed(
        "`\(name.prefix(20))…` nests more than \(ValueWriter.deepest) values")
    }
    switch value {
    case .none: return .null
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .float(let number): return float(number)
    case .complex(let number):
      return tagged("complex", .array([part(number.real), part(number.imaginary)]))
    case .string(let text):
      return text.hasSuffix(".npy") ? tagged("str", .string(text)) : .string(text)
    case .tensor(let tensor): return try json(tensor, name: name)
    case .tuple(let values):
      var items: [JSONText] = []
      for (index, value) in values.enumerated() {
        items.append(try json(value, name: "\(name).\(index)", depth: depth + 1))
      }
      return .array(items)
    case .record(let record):
      var pairs: [(key: String, value: JSONText)] = []
      for field in record.fields {
        let inner = try json(field.value, name: "\(name).\(field.name)", depth: depth + 1)
        pairs.append((field.name, inner))
      }
      return tagged("record", .object(pairs))
    case .map(let map):
      var pairs: [JSONText] = []
      for (index, entry) in map.entries.enumerated() {
        let key = try json(entry.key, name: "\(name).key\(index)", depth: depth + 1)
        let inner = try json(entry.value, name: "\(name).\(index)", depth: depth + 1)
        pairs.append(.array([key, inner]))
      }
      return tagged("map", .array(pairs))
    case .range(let range):
      return tagged("range", .array([.int(range.start), .int(range.end), .int(range.step)]))
    case .function(let function): return tagged("function", .string(function.name ?? ""))
    case .module(let module): return tagged("module", .string(module.name))
    case .external(let value): return try json(value, name: name)
    case .traced: return try json(value.primal, name: name)
    }
  }

  /// A file in the folder.
  ///
  /// - Returns: its path.
  /// - Throws: E0804.
  func file(_ name: String, _ bytes: [UInt8]) throws(Diagnostic) -> String {
    try NotebookFile.makeFolder(folder)
    let path = "\(folder)/\(name)"
    try NotebookFile.write(bytes, to: path)
    return path
  }

  private func tagged(_ key: String, _ value: JSONText) -> JSONText { .object([(key, value)]) }

  private func float(_ number: Double) -> JSONText {
    number.isFinite ? .number(number) : tagged("float", part(number))
  }

  private func part(_ number: Double) -> JSONText {
    number.isFinite
      ? .number(number) : .string(number.isNaN ? "nan" : number > 0 ? "inf" : "-inf")
  }

  private func json(_ tensor: Tensor, name: String) throws(Diagnostic) -> JSONText {
    try NotebookFile.makeFolder(folder)
    let path = "\(folder)/\(name).npy"
    try TensorFile.write(tensor, to: path)
    return .object([
      ("npy", .string(path)), ("dtype", .string(tensor.dtype.name)),
      ("shape", .array(tensor.shape.array.map { .int($0) })),
    ])
  }

  /// A figure as a picture; another value of a kit in words.
  private func json(_ value: any ExternalValue, name: String) throws(Diagnostic) -> JSONText {
    let item = try value.display(DisplayRequest(pictureTypes: ["image/svg+xml"]))
    if let picture = item.data("image/svg+xml") {
      return tagged("figure", .string(try file("\(name).svg", picture)))
    }
    return tagged(value.typeName.lowercased(), .string(item.plainText))
  }
}
