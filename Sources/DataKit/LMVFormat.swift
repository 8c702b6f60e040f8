internal import Runtime
internal import TensorCore

/// Our own format for one value of any kind (`.lmv`), exact in every bit. All numbers are
/// little-endian.
///
///     8 bytes   0x89 'L' 'M' 'V' '\r' '\n' 0x1a '\n'
///     u32       version, 1
///     u32       0
///     value     see below
///     u32       CRC-32 of all bytes before it
///
/// A value is one byte for its kind, and then:
///
///      0 none     1 false     2 true      nothing
///      3 Int      i64
///      4 Float    f64
///      5 Complex  two f64
///      6 Str      u64 length in bytes, UTF-8
///      7 tensor   u8 dtype, u8 rank, rank × u64 sizes, zeros up to the next multiple of 64 in the
///                 file, the elements in row-major order
///      8 Tuple    u64 count, the values
///      9 Record   u64 count, of each field its name (as a Str without kind) and value
///     10 Map      u64 count, of each entry the key's value and the value, in order
///     11 Range    i64 start, end, step
///
/// The dtypes are bool 0, u8 1, i8 2, i32 3, i64 4, f32 5, f64 6, c64 7, c128 8, bf16 9; a bool is
/// a byte 0 or 1. Values nest at most 512 deep.
enum LMVFormat {
  private static let magic: [UInt8] = [0x89, 0x4c, 0x4d, 0x56, 0x0d, 0x0a, 0x1a, 0x0a]
  private static let version: UInt32 = 1
  static let deepest = 512

  private enum Kind: UInt8 {
    case none, no, yes, int, float, complex, string, tensor, tuple, record, map, range
  }

  // MARK: - Writing

  /// What cannot be in a file, and where in the value it stands: `value[2].model`.
  struct Refusal: Error {
    let place: String
    /// nil for what nests too deep.
    let value: Value?
  }

  private enum Failure: Error {
    case refused(Refusal)
    case data(DataError)
  }

  /// The file of a value.
  ///
  /// - Throws: `tensor` for memory or a wish to stop; or the refusal is the result.
  static func bytes(of value: Value) throws(DataError) -> Result<GrowingBytes, Refusal> {
    var bytes = try GrowingBytes(capacity: 1024)
    try bytes.append(magic)
    try bytes.append(number: version)
    try bytes.append(number: UInt32(0))
    do throws(Failure) {
      try write(value, to: &bytes, place: "value", depth: 0)
    } catch {
      switch error {
      case .refused(let refusal): return .failure(refusal)
      case .data(let error): throw error
      }
    }
    let sum = crc32(of: UnsafeRawBufferPointer(start: bytes.storage.bytes, count: bytes.count))
    try bytes.append(number: sum)
    return .success(bytes)
  }

  private static func write(
    _ value: Value, to bytes: inout GrowingBytes, place: String, depth: Int
  ) throws(Failure) {
    guard depth <= deepest else { throw .refused(Refusal(place: place, value: nil)) }
    switch value {
    case .none, .bool, .int, .float, .complex, .string, .range, .tensor:
      do throws(DataError) { try write(leaf: value, to: &bytes) } catch { throw .data(error) }
    case .tuple(let values):
      try head(.tuple, values.count, &bytes)
      for (index, element) in values.enumerated() {
        try write(element, to: &bytes, place: "\(place)[\(index)]", depth: depth + 1)
      }
    case .record(let record):
      try head(.record, record.count, &bytes)
      for (name, field) in record.fields {
        do throws(DataError) { try text(name, &bytes) } catch { throw .data(error) }
        try write(field, to: &bytes, place: "\(place).\(name)", depth: depth + 1)
      }
    case .map(let map):
      try head(.map, map.count, &bytes)
      for entry in map.entries {
        try write(entry.key, to: &bytes, place: "a key of \(place)", depth: depth + 1)
        let label = "\(place)[\(entry.key.summaryOfKey)]"
        try write(entry.value, to: &bytes, place: label, depth: depth + 1)
      }
    case .function, .module, .external, .traced:
      throw .refused(Refusal(place: place, value: value))
    }
  }

  private static func write(leaf: Value, to bytes: inout GrowingBytes) throws(DataError) {
    switch leaf {
    case .bool(let flag): try kind(flag ? .yes : .no, &bytes)
    case .int(let number):
      try kind(.int, &bytes)
      try bytes.append(number: Int64(number))
    case .float(let number):
      try kind(.float, &bytes)
      try bytes.append(number: number.bitPattern)
    case .complex(let number):
      try kind(.complex, &bytes)
      try bytes.append(number: number.real.bitPattern)
      try bytes.append(number: number.imaginary.bitPattern)
    case .string(let string):
      try kind(.string, &bytes)
      try text(string, &bytes)
    case .range(let range):
      try kind(.range, &bytes)
      for number in [range.start, range.end, range.step] {
        try bytes.append(number: Int64(number))
      }
    case .tensor(let tensor):
      if Interruption.isRequested { throw .tensor(.interrupted) }
      try kind(.tensor, &bytes)
      try bytes.append([tensor.dtype.rawValue, UInt8(tensor.rank)])
      for size in tensor.shape.array { try bytes.append(number: UInt64(size)) }
      try bytes.append([UInt8](repeating: 0, count: padding(at: bytes.count)))
      try bytes.append(elements: tensor)
    case .none, .tuple, .record, .map, .function, .module, .external, .traced:
      try kind(.none, &bytes)
    }
  }

  private static func kind(_ kind: Kind, _ bytes: inout GrowingBytes) throws(DataError) {
    try bytes.append(number: kind.rawValue)
  }

  private static func head(_ kind: Kind, _ count: Int, _ bytes: inout GrowingBytes)
    throws(Failure)
  {
    do throws(DataError) {
      if Interruption.isRequested { throw .tensor(.interrupted) }
      try self.kind(kind, &bytes)
      try bytes.append(number: UInt64(count))
    } catch {
      throw .data(error)
    }
  }

  private static func text(_ text: String, _ bytes: inout GrowingBytes) throws(DataError) {
    try bytes.append(number: UInt64(text.utf8.count))
    try bytes.append(text: text)
  }

  private static func padding(at position: Int) -> Int { (64 - position % 64) % 64 }

  // MARK: - Reading

  /// The value in a file.
  ///
  /// - Throws: `damaged`, `tensor` for memory or a wish to stop.
  static func value(_ file: FileBytes, name: String) throws(DataError) -> Value {
    guard file.count >= 21, file.bytes.prefix(8).elementsEqual(magic) else {
      throw .damaged(path: name, .wrongFormat(expected: "a file of a value (.lmv)"))
    }
    var reader = ByteReader(file, from: 8, to: file.count - 4, name: name)
    let found = try reader.number(UInt32.self)
    guard found == version, try reader.number(UInt32.self) == 0 else {
      throw damaged(reader, "version \(found) of the format is not known")
    }
    let sum = file.bytes.loadUnaligned(fromByteOffset: file.count - 4, as: UInt32.self)
    guard crc32(of: UnsafeRawBufferPointer(rebasing: file.bytes.dropLast(4))) == sum else {
      throw .damaged(
        path: name, .compression(reason: "its checksum does not match, it is cut short or changed"))
    }
    let value = try value(&reader, depth: 0)
    guard reader.remaining == 0 else {
      throw damaged(reader, "\(reader.remaining) bytes follow the value")
    }
    return value
  }

  private static func damaged(_ reader: ByteReader, _ reason: String) -> DataError {
    .damaged(path: reader.name, .header(reason: reason))
  }

  private static func value(_ reader: inout ByteReader, depth: Int) throws(DataError) -> Value {
    guard depth <= deepest else { throw damaged(reader, "its values nest too deep") }
    let raw = try reader.byte()
    switch Kind(rawValue: raw) {
    case .none?: return .none
    case .no: return .bool(false)
    case .yes: return .bool(true)
    case .int: return .int(Int(try reader.number(Int64.self)))
    case .float: return .float(try reader.double())
    case .complex:
      let real = try reader.double()
      return .complex(Complex(real, try reader.double()))
    case .string: return .string(try text(&reader))
    case .tensor: return .tensor(try tensor(&reader))
    case .tuple:
      var values: [Value] = []
      for index in 0..<(try reader.count(ofSize: 1)) {
        if index & 0xffff == 0, Interruption.isRequested { throw .tensor(.interrupted) }
        values.append(try value(&reader, depth: depth + 1))
      }
      return .tuple(TupleValue(values))
    case .record: return try record(&reader, depth: depth)
    case .map: return try map(&reader, depth: depth)
    case .range:
      let start = Int(try reader.number(Int64.self))
      let end = Int(try reader.number(Int64.self))
      let step = Int(try reader.number(Int64.self))
      guard step != 0 else { throw damaged(reader, "the step of a range is 0") }
      return .range(RangeValue(start: start, end: end, step: step))
    case nil: throw damaged(reader, "there is no kind \(raw) of values")
    }
  }

  private static func text(_ reader: inout ByteReader) throws(DataError) -> String {
    try reader.text(try reader.count(ofSize: 1))
  }

  private static func record(_ reader: inout ByteReader, depth: Int) throws(DataError) -> Value {
    var fields: [(String, Value)] = []
    var names: Set<String> = []
    for _ in 0..<(try reader.count(ofSize: 9)) {
      let name = try text(&reader)
      guard names.insert(name).inserted else {
        throw damaged(reader, "the field \"\(name)\" stands twice")
      }
      fields.append((name, try value(&reader, depth: depth + 1)))
    }
    return .record(RecordValue(fields))
  }

  private static func map(_ reader: inout ByteReader, depth: Int) throws(DataError) -> Value {
    var entries: [(key: Value, value: Value)] = []
    for _ in 0..<(try reader.count(ofSize: 2)) {
      let key = try value(&reader, depth: depth + 1)
      entries.append((key, try value(&reader, depth: depth + 1)))
    }
    do throws(CallFailure) {
      return .map(try MapValue(entries))
    } catch {
      if case .tensor(let error) = error { throw .tensor(error) }
      throw damaged(reader, "a value that cannot be a key is one")
    }
  }

  private static func tensor(_ reader: inout ByteReader) throws(DataError) -> Tensor {
    let number = try reader.byte()
    guard let dtype = DType(rawValue: number) else {
      throw .damaged(path: reader.name, .dtype("number \(number)"))
    }
    let rank = Int(try reader.byte())
    guard rank <= Shape.maxRank else { throw .tensor(.rankTooHigh(rank: rank)) }
    var sizes: [Int] = []
    for _ in 0..<rank {
      guard let size = Int(exactly: try reader.number(UInt64.self)) else {
        throw damaged(reader, "an axis is longer than memory")
      }
      sizes.append(size)
    }
    let shape = Shape(sizes)
    guard let count = shape.checkedCount, count <= Int.max / 16 else {
      throw damaged(reader, "a tensor has too many elements")
    }
    try reader.skip(padding(at: reader.position))
    let start = reader.position
    try reader.skip(count * dtype.size)
    return try ElementLayout(own: dtype).tensor(reader.file, at: start, shape, reader.name)
  }
}

extension Value {
  /// A key of a map as an index shows it.
  fileprivate var summaryOfKey: String {
    if case .string(let text) = self { return text.debugDescription }
    return displayText
  }
}
