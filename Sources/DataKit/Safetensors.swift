internal import JSON
internal import Runtime
internal import TensorCore

/// The format safetensors: a JSON header with names, dtypes, shapes and places, then the elements.
enum Safetensors {
  /// Named tensors and the texts that stand with them.
  struct Content {
    var tensors: [(name: String, tensor: Tensor)]
    var metadata: [(name: String, text: String)]
  }

  private static let longestHeader = 100_000_000

  // MARK: - Reading

  /// The tensors in the order of their places in the file; half precision becomes f32, unsigned
  /// and 16-bit integers the next larger dtype.
  ///
  /// - Throws: `damaged`, `tensor` for memory, a wish to stop or more than 8 axes.
  static func content(_ file: FileBytes, name: String) throws(DataError) -> Content {
    var reader = ByteReader(file, name: name)
    let wanted = try reader.number(UInt64.self)
    guard let length = Int(exactly: wanted), length <= longestHeader else {
      throw .damaged(path: name, .wrongFormat(expected: "in the format safetensors"))
    }
    let start = reader.position
    try reader.skip(length)
    let data = reader.position
    guard case .map(let header) = try JSONReader.value(of: file, start..<data, name: name) else {
      throw fault(name, "it is no object")
    }
    var result = Content(tensors: [], metadata: [])
    var found: [(start: Int, end: Int, name: String, tensor: Tensor)] = []
    for entry in header.entries {
      guard case .string(let key) = entry.key, case .map(let fields) = entry.value else {
        throw fault(name, "an entry is no object")
      }
      if key == "__metadata__" {
        result.metadata = try metadata(fields, name)
        continue
      }
      if Interruption.isRequested { throw .tensor(.interrupted) }
      found.append(try tensor(key, fields, file, data, name))
    }
    found.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    var expected = 0
    for part in found {
      guard part.start == expected else {
        throw fault(
          name, "the places of its tensors overlap or leave a hole before \"\(part.name)\"")
      }
      expected = part.end
      result.tensors.append((part.name, part.tensor))
    }
    guard expected == file.count - data else {
      throw fault(name, "\(file.count - data - expected) bytes belong to no tensor")
    }
    return result
  }

  private static func fault(_ name: String, _ reason: String) -> DataError {
    .damaged(path: name, .header(reason: reason))
  }

  private static func metadata(_ fields: MapValue, _ name: String) throws(DataError) -> [(
    name: String, text: String
  )] {
    var result: [(name: String, text: String)] = []
    for entry in fields.entries {
      guard case .string(let key) = entry.key, case .string(let text) = entry.value else {
        throw fault(name, "a value of its metadata is no text")
      }
      result.append((key, text))
    }
    return result
  }

  private static func tensor(
    _ key: String, _ fields: MapValue, _ file: FileBytes, _ data: Int, _ name: String
  ) throws(DataError) -> (start: Int, end: Int, name: String, tensor: Tensor) {
    guard case .string(let type)? = fields[.string("dtype")],
      let sizes = ints(fields[.string("shape")]),
      let places = ints(fields[.string("data_offsets")]), places.count == 2
    else { throw fault(name, "the entry \"\(key)\" lacks its dtype, shape or place") }
    guard let layout = layout(type) else { throw .damaged(path: name, .dtype(type)) }
    guard sizes.count <= Shape.maxRank else { throw .tensor(.rankTooHigh(rank: sizes.count)) }
    let shape = Shape(sizes)
    guard let count = shape.checkedCount, count <= Int.max / 16 else {
      throw fault(name, "\"\(key)\" has too many elements")
    }
    guard places[0] <= places[1], places[1] - places[0] == count * layout.size else {
      throw fault(name, "the place of \"\(key)\" does not have its size")
    }
    guard places[1] <= file.count - data else {
      throw .damaged(
        path: name, .truncated(neededBytes: places[1], foundBytes: file.count - data))
    }
    return (
      places[0], places[1], key, try layout.tensor(file, at: data + places[0], shape, name)
    )
  }

  /// Numbers from 0 on; nil for anything else.
  private static func ints(_ value: Value?) -> [Int]? {
    guard case .tuple(let values)? = value else { return nil }
    var result: [Int] = []
    for element in values {
      guard case .int(let number) = element, number >= 0 else { return nil }
      result.append(number)
    }
    return result
  }

  private static func layout(_ type: String) -> ElementLayout? {
    if let dtype = DType.allCases.first(where: { Safetensors.type(of: $0) == type }) {
      return ElementLayout(own: dtype)
    }
    switch type {
    case "F16": return ElementLayout("<f2")
    case "U16": return ElementLayout("<u2")
    case "I16": return ElementLayout("<i2")
    case "U32": return ElementLayout("<u4")
    case "U64": return ElementLayout("<u8")
    default: return nil
    }
  }

  /// The format's name; nil for c128, which it does not have.
  private static func type(of dtype: DType) -> String? {
    switch dtype {
    case .bool: "BOOL"
    case .u8: "U8"
    case .i8: "I8"
    case .i32: "I32"
    case .i64: "I64"
    case .f32: "F32"
    case .f64: "F64"
    case .c64: "C64"
    case .bf16: "BF16"
    case .c128: nil
    }
  }

  // MARK: - Writing

  /// The file; the largest elements first, so that all lie aligned.
  ///
  /// - Throws: `tensor` for c128, memory or a wish to stop.
  static func bytes(of content: Content) throws(DataError) -> GrowingBytes {
    var order = content.tensors
    order.sort { ($1.tensor.dtype.size, $0.name) < ($0.tensor.dtype.size, $1.name) }
    var entries: [String] = []
    if !content.metadata.isEmpty {
      let texts = content.metadata.map {
        JSONText.quoted($0.name) + ":" + JSONText.quoted($0.text)
      }
      entries.append("\"__metadata__\":{" + texts.joined(separator: ",") + "}")
    }
    var place = 0
    for (name, tensor) in order {
      guard let type = type(of: tensor.dtype) else {
        throw .tensor(.unsupportedDType(operation: "safetensors", dtype: tensor.dtype))
      }
      let end = place + tensor.count * tensor.dtype.size
      let sizes = tensor.shape.array.map(String.init).joined(separator: ",")
      entries.append(
        JSONText.quoted(name)
          + ":{\"dtype\":\"\(type)\",\"shape\":[\(sizes)],\"data_offsets\":[\(place),\(end)]}")
      place = end
    }
    var header = "{" + entries.joined(separator: ",") + "}"
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var bytes = try GrowingBytes(capacity: header.utf8.count + place + 16)
    try bytes.append(number: UInt64(header.utf8.count))
    try bytes.append(text: header)
    for (_, tensor) in order {
      if Interruption.isRequested { throw .tensor(.interrupted) }
      try bytes.append(elements: tensor)
    }
    return bytes
  }
}
