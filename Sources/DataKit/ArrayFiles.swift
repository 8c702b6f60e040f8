internal import Diagnostics
internal import Runtime
internal import TensorCore

/// `read_npy`, `write_npy`, `read_npz`, `write_npz`.
let arrayFileBuiltins: [Builtin] = [
  Builtin(
    "read_npy", [Signature.Parameter("path")],
    """
    The tensor in a file of NumPy's format.

    Integers of other sizes and half-precision numbers become the next larger dtype here.
    """, examples: [], body: ArrayFiles.readOne),
  Builtin(
    "write_npy", [Signature.Parameter("path"), Signature.Parameter("x")],
    "Writes a tensor to a file in NumPy's format.", examples: [], body: ArrayFiles.writeOne),
  Builtin(
    "read_npz", [Signature.Parameter("path")],
    "The tensors in an archive of NumPy's format, as a map from name to tensor.", examples: [],
    body: ArrayFiles.readMany),
  Builtin(
    "write_npz",
    [
      Signature.Parameter("path"), Signature.Parameter("tensors"),
      Signature.Parameter("compress", .named(text: "false")),
    ],
    "Writes the tensors of a record, or of a map with Str keys, to an archive in NumPy's format.",
    examples: [], body: ArrayFiles.writeMany),
]

private enum ArrayFiles {
  static func readOne(_ context: inout CallContext) throws(CallFailure) -> Value {
    .tensor(
      try context.withFile(0) { (name, path) throws(DataError) in
        let file = try FileBytes(path: path, name: name)
        return try NPYFormat.tensor(file, count: file.count, name: name)
      })
  }

  static func writeOne(_ context: inout CallContext) throws(CallFailure) -> Value {
    let tensor = try context.tensor(1)
    try context.write(0) { _ throws(DataError) in try NPYFormat.bytes(of: tensor) }
    return .none
  }

  static func readMany(_ context: inout CallContext) throws(CallFailure) -> Value {
    let tensors = try context.withFile(0) { (name, path) throws(DataError) in
      try NPZFormat.tensors(try FileBytes(path: path, name: name), name: name)
    }
    return .map(try MapValue(tensors.map { (.string($0.name), .tensor($0.tensor)) }))
  }

  static func writeMany(_ context: inout CallContext) throws(CallFailure) -> Value {
    let tensors = try namedTensors(context)
    let compresses = try context.bool(2, default: false)
    try context.write(0) { _ throws(DataError) in
      try NPZFormat.bytes(of: tensors, compresses: compresses)
    }
    return .none
  }

  private static func namedTensors(_ context: CallContext) throws(CallFailure) -> [(
    name: String, tensor: Tensor
  )] {
    let wanted = "a record or map of tensors"
    var entries: [(name: String, value: Value)] = []
    switch context.value(1) {
    case .record(let record): entries = record.fields
    case .map(let map):
      for entry in map.entries {
        guard case .string(let name) = entry.key else {
          throw context.wrongType(1, found: entry.key, within: "a key", wanted: "a Str")
        }
        entries.append((name, entry.value))
      }
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .range, .function, .module,
      .external, .traced:
      throw context.wrongType(1, wanted: wanted)
    }
    var tensors: [(name: String, tensor: Tensor)] = []
    for entry in entries {
      guard let tensor = try entry.value.stackedTensor() else {
        throw context.wrongType(
          1, found: entry.value, within: "`\(entry.name)`", wanted: "a tensor")
      }
      guard !entry.name.isEmpty, entry.name.utf8.count < 60_000 else {
        throw context.failure(.argumentValue, "a tensor has an empty or endless name", argument: 1)
      }
      tensors.append((entry.name, tensor))
    }
    return tensors
  }
}
