internal import Diagnostics

/// Bytes end before what should be there, or say what cannot be.
struct ByteFault: Error {}

/// Writes numbers and texts one after another, little-endian.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  /// What `body` writes.
  static func bytes(_ body: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    body(&writer)
    return writer.bytes
  }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func bool(_ value: Bool) { bytes.append(value ? 1 : 0) }

  mutating func word(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func int(_ value: Int) { word(UInt64(bitPattern: Int64(value))) }

  mutating func raw(_ source: UnsafeRawBufferPointer) {
    int(source.count)
    bytes.append(contentsOf: source)
  }

  mutating func array(_ source: [UInt8]) { source.withUnsafeBytes { raw($0) } }

  mutating func string(_ text: String) {
    var text = text
    text.withUTF8 { raw(UnsafeRawBufferPointer($0)) }
  }

  mutating func optional(_ text: String?) {
    bool(text != nil)
    if let text { string(text) }
  }
}

/// Reads what a `ByteWriter` wrote.
struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0
  /// Texts that places may point into; a copy of one is taken for it.
  var sources: [SourceText] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private mutating func advance(_ count: Int) throws(ByteFault) -> Range<Int> {
    guard count >= 0, count <= bytes.count - position else { throw ByteFault() }
    defer { position += count }
    return position..<(position + count)
  }

  mutating func byte() throws(ByteFault) -> UInt8 { bytes[try advance(1).lowerBound] }

  mutating func bool() throws(ByteFault) -> Bool { try byte() != 0 }

  mutating func word() throws(ByteFault) -> UInt64 {
    let range = try advance(8)
    return bytes.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
    }
  }

  mutating func int() throws(ByteFault) -> Int { Int(Int64(bitPattern: try word())) }

  /// A number of things that each take at least a byte.
  mutating func count() throws(ByteFault) -> Int {
    let value = try int()
    guard value >= 0, value <= bytes.count - position else { throw ByteFault() }
    return value
  }

  /// Calls `body` with the next bytes that a `raw` wrote.
  mutating func raw<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ByteFault) -> Result
  ) throws(ByteFault) -> Result {
    let range = try advance(try count())
    var result = Swift.Result<Result, ByteFault>.failure(ByteFault())
    bytes.withUnsafeBytes { all in
      do throws(ByteFault) {
        result = .success(try body(UnsafeRawBufferPointer(rebasing: all[range])))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  mutating func array() throws(ByteFault) -> [UInt8] {
    try raw { (source) throws(ByteFault) in Array(source) }
  }

  mutating func string() throws(ByteFault) -> String {
    String(decoding: try array(), as: UTF8.self)
  }

  mutating func optional() throws(ByteFault) -> String? { try bool() ? try string() : nil }
}
