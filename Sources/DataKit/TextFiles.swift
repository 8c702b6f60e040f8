internal import Diagnostics
internal import Runtime
internal import TensorCore

/// `read_text`, `read_lines`, `write_text`, `read_bytes`.
let textFileBuiltins: [Builtin] = [
  Builtin(
    "read_text", [Signature.Parameter("path")],
    "The content of a UTF-8 file as one Str; of a gzip file, of what it unpacks to.",
    examples: [("len(read_text(stdlib_path(\"data/alice29.txt\")))", "152089")],
    body: TextFiles.readText),
  Builtin(
    "read_lines", [Signature.Parameter("path")],
    "The lines of a UTF-8 file as a tuple of Str, without their ends (`\\n` or `\\r\\n`).",
    examples: [
      ("read_lines(stdlib_path(\"data/iris.csv\"))[0]", "\"150,4,setosa,versicolor,virginica\"")
    ], body: TextFiles.readLines),
  Builtin(
    "write_text", [Signature.Parameter("path"), Signature.Parameter("text")],
    "Writes a Str to a file as UTF-8. The file holds either its old content or all of the new.",
    examples: [], body: TextFiles.writeText),
  Builtin(
    "read_bytes", [Signature.Parameter("path")],
    "The bytes of any file, u8[n], as they are: nothing is decompressed.",
    examples: [
      ("read_bytes(stdlib_path(\"data/digits.csv.gz\"))[:2]", "u8[2] [ 31 139]")
    ], body: TextFiles.readBytes),
]

private enum TextFiles {
  static func text(_ context: CallContext) throws(CallFailure) -> String {
    try context.withFile(0) { (name, path) throws(DataError) in
      try FileBytes(path: path, name: name).text(name: name)
    }
  }

  static func readText(_ context: inout CallContext) throws(CallFailure) -> Value {
    .string(try text(context))
  }

  static func readLines(_ context: inout CallContext) throws(CallFailure) -> Value {
    let whole = try text(context)
    var lines: [Value] = []
    let bytes = whole.utf8
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.endIndex
      var stop = end
      if stop > start, bytes[bytes.index(before: stop)] == 0x0d { stop = bytes.index(before: stop) }
      lines.append(.string(String(Substring(bytes[start..<stop]))))
      start = end < bytes.endIndex ? bytes.index(after: end) : end
      if lines.count & 0xffff == 0 { try context.host.checkInterrupt() }
    }
    return .tuple(TupleValue(lines))
  }

  static func writeText(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(1)
    try context.write(0) { _ throws(DataError) in try GrowingBytes(text) }
    return .none
  }

  static func readBytes(_ context: inout CallContext) throws(CallFailure) -> Value {
    let file = try context.withFile(0) { (name, path) throws(DataError) in
      try FileBytes(path: path, name: name, decompresses: false)
    }
    let shape = Shape([file.count])
    return .tensor(
      Tensor(
        dtype: .u8, shape: shape, strides: shape.contiguousStrides, offset: 0, storage: file.storage
      ))
  }
}
