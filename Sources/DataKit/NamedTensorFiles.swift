internal import Diagnostics
internal import Runtime
internal import TensorCore

/// `read_safetensors`, `write_safetensors`, `safetensors_metadata`, `read_png`, `write_png`.
let namedTensorBuiltins: [Builtin] = [
  Builtin(
    "read_safetensors",
    [Signature.Parameter("path"), Signature.Parameter("nested", .named(text: "false"))],
    """
    The tensors in a file of the format safetensors, as a map from name to tensor.

    With `nested = true` names such as `layers.0.w` are taken apart at their points: records, and tuples where the \
    names are 0, 1, 2, … Half precision is read as f32, unsigned integers as the next larger dtype.
    """, examples: [], body: NamedTensorFiles.read),
  Builtin(
    "write_safetensors",
    [
      Signature.Parameter("path"), Signature.Parameter("tensors"),
      Signature.Parameter("metadata", .named(text: "none")),
    ],
    """
    Writes the tensors of a record, tuple or map to a file in the format safetensors.

    Parts within parts get names with points: the weights of `(layers = ((w = x), (w = y)))` are `layers.0.w` and \
    `layers.1.w`. `metadata` is a record or map of Str.
    """, examples: [], body: NamedTensorFiles.write),
  Builtin(
    "safetensors_metadata", [Signature.Parameter("path")],
    "The texts that stand in a file of the format safetensors beside its tensors, as a map.",
    examples: [], body: NamedTensorFiles.metadata),
  Builtin(
    "read_png", [Signature.Parameter("path")],
    """
    The picture in a PNG file: [height, width] of grey pixels, else [height, width, channels], with 2 channels for grey \
    and alpha, 3 for red, green and blue, 4 with alpha.

    u8 from 0 to 255, or i32 from 0 to 65535 when the file has 16 bits a sample. Palettes are spelled out.
    """, examples: [], body: NamedTensorFiles.readPNG),
  Builtin(
    "write_png", [Signature.Parameter("path"), Signature.Parameter("picture")],
    """
    Writes a picture [height, width] or [height, width, channels] to a PNG file: u8 with 8 bits a sample, other \
    integers, which must lie from 0 to 65535, with 16.
    """, examples: [], body: NamedTensorFiles.writePNG),
]

private enum NamedTensorFiles {
  private static func content(_ context: CallContext) throws(CallFailure) -> Safetensors.Content {
    try context.withFile(0) { (name, path) throws(DataError) in
      try Safetensors.content(try FileBytes(path: path, name: name), name: name)
    }
  }

  static func read(_ context: inout CallContext) throws(CallFailure) -> Value {
    let isNested = try context.bool(1, default: false)
    let tensors = try content(context).tensors
    if isNested { return NameTree(tensors).value }
    return .map(try MapValue(tensors.map { (.string($0.name), .tensor($0.tensor)) }))
  }

  static func metadata(_ context: inout CallContext) throws(CallFailure) -> Value {
    let texts = try content(context).metadata
    return .map(try MapValue(texts.map { (.string($0.name), .string($0.text)) }))
  }

  static func write(_ context: inout CallContext) throws(CallFailure) -> Value {
    var content = Safetensors.Content(tensors: [], metadata: [])
    guard context.value(1).partsByName != nil else {
      throw context.wrongType(1, wanted: "a record, map or tuple of tensors")
    }
    try collect(context.value(1), "", 0, &content.tensors, context)
    if context.has(2) {
      guard let texts = context.value(2).partsByName else {
        throw context.wrongType(2, wanted: "a record or map of Str")
      }
      for (name, value) in texts {
        guard case .string(let text) = value else {
          throw context.wrongType(2, found: value, within: "`\(name)`", wanted: "a Str")
        }
        content.metadata.append((name, text))
      }
    }
    var names: Set<String> = []
    for (name, _) in content.tensors {
      guard names.insert(name).inserted, name != "__metadata__" else {
        throw context.failure(
          .argumentValue, "the name `\(name)` stands twice or is not free", argument: 1)
      }
    }
    try context.write(0) { _ throws(DataError) in try Safetensors.bytes(of: content) }
    return .none
  }

  private static func collect(
    _ value: Value, _ name: String, _ depth: Int, _ found: inout [(name: String, tensor: Tensor)],
    _ context: CallContext
  ) throws(CallFailure) {
    if let parts = value.partsByName, depth < 64 {
      for (part, inner) in parts {
        let path = name.isEmpty ? part : name + "." + part
        try collect(inner, path, depth + 1, &found, context)
      }
      return
    }
    switch value {
    case .tensor, .bool, .int, .float:
      if let tensor = try value.stackedTensor() { return found.append((name, tensor)) }
    case .none: return
    case .complex, .string, .tuple, .record, .map, .range, .function, .module, .external, .traced:
      break
    }
    throw context.wrongType(1, found: value, within: "`\(name)`", wanted: "a tensor")
  }

  // MARK: - PNG

  static func readPNG(_ context: inout CallContext) throws(CallFailure) -> Value {
    .tensor(
      try context.withFile(0) { (name, path) throws(DataError) in
        try PNGReader.tensor(try FileBytes(path: path, name: name), name: name)
      })
  }

  static func writePNG(_ context: inout CallContext) throws(CallFailure) -> Value {
    let picture = try context.tensor(1)
    let content: GrowingBytes
    do throws(PNGWriter.Refusal) {
      content = try PNGWriter.bytes(of: picture)
    } catch {
      switch error {
      case .shape(let shape):
        throw context.wrongValue(
          1, found: "of shape \(shape)",
          requirement: "[height, width] or [height, width, 1…4 channels]")
      case .dtype(let dtype):
        throw context.wrongValue(
          1, found: "of dtype \(dtype.name)", requirement: "u8, or integers from 0 to 65535",
          hint: "`u8(round(clip(x, 0, 1) * 255))` makes one of Floats from 0 to 1")
      case .range:
        throw context.failure(
          .argumentValue, "a sample of `picture` lies outside 0 to 65535", argument: 1)
      case .data(let error): throw error.failure(argument: 0)
      }
    }
    try context.write(0) { _ in content }
    return .none
  }
}

extension Value {
  /// The parts of a record, tuple or map with Str keys, each with its name; nil for other values.
  fileprivate var partsByName: [(name: String, value: Value)]? {
    switch self {
    case .record(let record): return record.fields
    case .tuple(let values): return values.enumerated().map { (String($0.offset), $0.element) }
    case .map(let map):
      var parts: [(name: String, value: Value)] = []
      for entry in map.entries {
        guard case .string(let key) = entry.key else { return nil }
        parts.append((key, entry.value))
      }
      return parts
    case .none, .bool, .int, .float, .complex, .string, .tensor, .range, .function, .module,
      .external, .traced:
      return nil
    }
  }
}

/// Names with points as a tree of records and tuples.
private struct NameTree {
  private final class Node {
    var tensor: Tensor?
    var names: [String] = []
    var children: [String: Node] = [:]
  }

  private let root = Node()

  init(_ tensors: [(name: String, tensor: Tensor)]) {
    for (name, tensor) in tensors {
      var node = root
      let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      for part in parts.count > 64 ? [name] : parts {
        if node.children[part] == nil {
          node.names.append(part)
          node.children[part] = Node()
        }
        node = node.children[part] ?? node
      }
      node.tensor = tensor
    }
  }

  var value: Value { value(root) }

  private func value(_ node: Node) -> Value {
    if node.names.isEmpty { return node.tensor.map { .tensor($0) } ?? .record(RecordValue([])) }
    if node.tensor == nil, (0..<node.names.count).allSatisfy({ node.children[String($0)] != nil }) {
      return .tuple(
        TupleValue(
          (0..<node.names.count).compactMap { node.children[String($0)].map { value($0) } }))
    }
    // Written in the order of sizes; a record has its fields by name.
    var fields = node.names.sorted().compactMap { name in
      node.children[name].map { (name, value($0)) }
    }
    // `a` beside `a.b`: the tensor itself has the empty name.
    if let tensor = node.tensor { fields.insert(("", .tensor(tensor)), at: 0) }
    return .record(RecordValue(fields))
  }
}
