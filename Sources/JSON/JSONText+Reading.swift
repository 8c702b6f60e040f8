/// Why a text is not JSON as it is read here.
package struct JSONFault: Error, Sendable {
  /// The byte at which reading stopped.
  package let offset: Int
  /// What should stand there: "a value".
  package let expected: String
}

extension JSONText {
  /// Reads one JSON value (RFC 8259) that fills the bytes, white space around it aside.
  ///
  /// A number without fraction and exponent is an `int` if it fits in 64 bits, else a `number`. Of
  /// two equal keys both are kept.
  ///
  /// - Parameters:
  ///   - bytes: the text, in UTF-8.
  ///   - deepest: how many values may stand inside each other; reading takes stack for each.
  ///   - isStopped: asked every 65 536 values; true ends the reading with a fault.
  /// - Complexity: O(bytes).
  /// - Throws: where the text stops being JSON, and what was expected there.
  package init(
    reading bytes: UnsafeRawBufferPointer, deepest: Int = 128,
    isStopped: @escaping () -> Bool = { false }
  ) throws(JSONFault) {
    var reader = JSONReader(bytes: bytes, deepest: deepest, isStopped: isStopped)
    self = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.isAtEnd else { throw reader.fault("the end of the value") }
  }

  /// Reads one JSON value, nested 128 deep at most, that fills the bytes.
  ///
  /// - Complexity: O(bytes).
  /// - Throws: where the text stops being JSON, and what was expected there.
  package init(reading bytes: [UInt8]) throws(JSONFault) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONFault) in
      try JSONText(reading: UnsafeRawBufferPointer(buffer))
    }
  }

  /// The value of a key of an object, the last one when it stands there twice; nil otherwise.
  package subscript(key: String) -> JSONText? {
    guard case .object(let pairs) = self else { return nil }
    return pairs.last { $0.key == key }?.value
  }
}

/// A place in a text, and what is read from there.
private struct JSONReader {
  private let bytes: UnsafeRawBufferPointer
  private let deepest: Int
  private let isStopped: () -> Bool
  private var position = 0
  private var count = 0

  init(bytes: UnsafeRawBufferPointer, deepest: Int, isStopped: @escaping () -> Bool) {
    self.bytes = bytes
    self.deepest = deepest
    self.isStopped = isStopped
  }

  var isAtEnd: Bool { position == bytes.count }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func fault(_ expected: String) -> JSONFault { JSONFault(offset: position, expected: expected) }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let byte = next, UInt32(byte) == character.value else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(JSONFault) -> JSONText {
    guard depth < deepest else {
      throw fault("at most \(deepest) values inside each other")
    }
    count += 1
    if count & 0xffff == 0, isStopped() { throw fault("leave to go on") }
    skipSpace()
    switch next.map({ Unicode.Scalar($0) }) {
    case "{": return try object(depth)
    case "[": return try array(depth)
    case "\"": return .string(try string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONText) throws(JSONFault) -> JSONText {
    guard bytes[position...].starts(with: text.utf8) else { throw fault("a value") }
    position += text.utf8.count
    return value
  }

  private mutating func array(_ depth: Int) throws(JSONFault) -> JSONText {
    position += 1
    var items: [JSONText] = []
    skipSpace()
    if take("]") { return .array(items) }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(items) }
      guard take(",") else { throw fault("`,` or `]`") }
    }
  }

  private mutating func object(_ depth: Int) throws(JSONFault) -> JSONText {
    position += 1
    var pairs: [(key: String, value: JSONText)] = []
    skipSpace()
    if take("}") { return .object(pairs) }
    while true {
      skipSpace()
      guard next == 0x22 else { throw fault("a key in quotes") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw fault("`:`") }
      pairs.append((key, try value(depth: depth + 1)))
      skipSpace()
      if take("}") { return .object(pairs) }
      guard take(",") else { throw fault("`,` or `}`") }
    }
  }

  // MARK: - Numbers

  private mutating func number() throws(JSONFault) -> JSONText {
    let start = position
    _ = take("-")
    let first = position
    guard digits() else { throw fault("a value") }
    if bytes[first] == 0x30, position > first + 1 {
      position = first + 1
      throw fault("no digit after a leading 0")
    }
    var isInteger = true
    if take(".") {
      isInteger = false
      guard digits() else { throw fault("a digit") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("-") { _ = take("+") }
      guard digits() else { throw fault("a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      position = start
      throw fault("a number that a Float can hold")
    }
    return .number(value)
  }

  private mutating func digits() -> Bool {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
    return position > start
  }

  // MARK: - Strings

  private mutating func string() throws(JSONFault) -> String {
    position += 1
    var text: [UInt8] = []
    var start = position
    while true {
      guard let byte = next, byte >= 0x20 else { throw fault("the end of the string: `\"`") }
      guard byte == 0x22 || byte == 0x5c else {
        position += 1
        continue
      }
      text += UnsafeRawBufferPointer(rebasing: bytes[start..<position])
      position += 1
      if byte == 0x22 {
        guard let result = String(validating: text, as: UTF8.self) else {
          throw fault("UTF-8 in the string")
        }
        return result
      }
      try escape(&text)
      start = position
    }
  }

  private static let escapes: [UInt8: UInt8] = [
    0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09,
  ]

  /// What follows a backslash.
  private mutating func escape(_ text: inout [UInt8]) throws(JSONFault) {
    if let byte = next, let value = JSONReader.escapes[byte] {
      position += 1
      text.append(value)
      return
    }
    var code = try codeUnit()
    if (0xd800..<0xdc00).contains(code) {
      guard take("\\") else { throw fault("the second half of a pair") }
      let low = try codeUnit()
      guard (0xdc00..<0xe000).contains(low) else { throw fault("the second half of a pair") }
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("a character") }
    text += Array(String(Character(scalar)).utf8)
  }

  /// `u` and four hexadecimal digits.
  private mutating func codeUnit() throws(JSONFault) -> UInt32 {
    guard take("u") else { throw fault("an escape of JSON") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("four hexadecimal digits")
      }
      code = code * 16 + UInt32(digit)
      position += 1
    }
    return code
  }
}
