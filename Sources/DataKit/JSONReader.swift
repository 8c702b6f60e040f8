internal import Runtime
internal import TensorCore

/// Reads JSON (RFC 8259): objects become maps, arrays tuples, numbers Ints where they are written
/// as such and fit, else Floats.
struct JSONReader {
  private let file: FileBytes
  /// How messages call the file.
  private let name: String
  private var position: Int
  private let end: Int
  private static let deepest = 512

  init(_ file: FileBytes, _ range: Range<Int>, name: String) {
    self.file = file
    self.name = name
    position = range.lowerBound
    end = range.upperBound
  }

  /// The one value of the text.
  ///
  /// - Throws: `damaged` with the place where it is no JSON, `tensor` for memory or a wish to stop.
  mutating func value() throws(DataError) -> Value {
    let result = try value(depth: 0)
    skipSpace()
    guard position == end else { throw fault("something follows the value") }
    return result
  }

  private func fault(_ reason: String) -> DataError {
    .damaged(path: name, .json(byteOffset: position, reason: reason))
  }

  private var bytes: UnsafeRawBufferPointer { file.bytes }

  private var next: UInt8? { position < end ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(DataError) -> Value {
    guard depth <= JSONReader.deepest else { throw fault("values nest too deep") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .none)
    case nil: throw fault("the text is cut short")
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: Value) throws(DataError) -> Value {
    guard end - position >= word.utf8.count,
      bytes[position..<position + word.utf8.count].elementsEqual(word.utf8)
    else { throw fault("a value is wanted") }
    position += word.utf8.count
    return value
  }

  private mutating func array(_ depth: Int) throws(DataError) -> Value {
    position += 1
    var values: [Value] = []
    if take(UInt8(ascii: "]")) { return .tuple(TupleValue([])) }
    repeat {
      if values.count & 0xffff == 0, Interruption.isRequested { throw .tensor(.interrupted) }
      values.append(try value(depth: depth + 1))
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw fault("`,` or `]` is wanted") }
    return .tuple(TupleValue(values))
  }

  private mutating func object(_ depth: Int) throws(DataError) -> Value {
    position += 1
    var entries: [(key: Value, value: Value)] = []
    if !take(UInt8(ascii: "}")) {
      repeat {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw fault("a name in quotes is wanted") }
        let key = try string()
        guard take(UInt8(ascii: ":")) else { throw fault("`:` is wanted") }
        entries.append((.string(key), try value(depth: depth + 1)))
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "}")) else { throw fault("`,` or `}` is wanted") }
    }
    do throws(CallFailure) {
      return .map(try MapValue(entries))
    } catch {
      throw .tensor(.outOfMemory(bytes: entries.count * 32))
    }
  }

  private mutating func number() throws(DataError) -> Value {
    let start = position
    var isInt = true
    while let byte = next {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"):
        isInt = false
      default:
        return try number(from: start, isInt: isInt)
      }
      position += 1
    }
    return try number(from: start, isInt: isInt)
  }

  private func number(from start: Int, isInt: Bool) throws(DataError) -> Value {
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInt, let number = Int(text) { return .int(number) }
    guard let first = text.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "."),
      let number = Double(text)
    else { throw fault(text.isEmpty ? "a value is wanted" : "\(text) is no number") }
    return .float(number)
  }

  // MARK: - Text

  private mutating func string() throws(DataError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else {
          throw fault("a text is not UTF-8")
        }
        return result
      case UInt8(ascii: "\\"): try escape(&text)
      case 0..<0x20: throw fault("a control character stands in a text")
      default: text.append(byte)
      }
    }
    throw fault("a text is not closed")
  }

  private mutating func escape(_ text: inout [UInt8]) throws(DataError) {
    guard let byte = next else { throw fault("a text is not closed") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "u"):
      var code = try unit()
      if 0xd800..<0xdc00 ~= code {
        guard end - position >= 6, bytes[position] == UInt8(ascii: "\\"),
          bytes[position + 1] == UInt8(ascii: "u")
        else { throw fault("half of a character stands alone") }
        position += 2
        let low = try unit()
        guard 0xdc00..<0xe000 ~= low else { throw fault("half of a character stands alone") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw fault("half of a character stands alone")
      }
      text.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw fault("there is no escape of this name")
    }
  }

  /// Four hexadecimal digits.
  private mutating func unit() throws(DataError) -> UInt32 {
    guard end - position >= 4,
      let code = UInt32(
        String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw fault("four hexadecimal digits are wanted") }
    position += 4
    return code
  }
}
