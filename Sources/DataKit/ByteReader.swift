internal import TensorCore

/// Reads a stretch of a file from front to back; nothing is taken that is not there.
struct ByteReader {
  let file: FileBytes
  /// How messages call the file.
  let name: String
  /// The next byte, and the first that is not ours.
  private(set) var position: Int
  let end: Int

  init(_ file: FileBytes, from position: Int = 0, to end: Int? = nil, name: String) {
    self.file = file
    self.name = name
    self.position = position
    self.end = end ?? file.count
  }

  var remaining: Int { end - position }

  /// Passes over bytes.
  ///
  /// - Throws: `damaged` when there are fewer.
  mutating func skip(_ count: Int) throws(DataError) {
    guard count >= 0, count <= remaining else {
      throw .damaged(
        path: name, .truncated(neededBytes: max(count, 0), foundBytes: remaining))
    }
    position += count
  }

  mutating func byte() throws(DataError) -> UInt8 {
    try skip(1)
    return file.bytes[position - 1]
  }

  /// A number in little-endian order.
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type)
    throws(DataError) -> Number
  {
    let size = MemoryLayout<Number>.size
    try skip(size)
    return Number(
      littleEndian: file.bytes.loadUnaligned(fromByteOffset: position - size, as: Number.self))
  }

  mutating func double() throws(DataError) -> Double {
    Double(bitPattern: try number(UInt64.self))
  }

  /// A count of things that take at least `size` bytes each, so that nothing large is made for a
  /// number that is wrong.
  mutating func count(ofSize size: Int) throws(DataError) -> Int {
    let given = try number(UInt64.self)
    guard let count = Int(exactly: given), count <= remaining / max(size, 1) else {
      throw .damaged(
        path: name, .truncated(neededBytes: Int(clamping: given), foundBytes: remaining))
    }
    return count
  }

  /// UTF-8 text of a given length.
  mutating func text(_ count: Int) throws(DataError) -> String {
    let start = position
    try skip(count)
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<position])
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .damaged(path: name, .notText(byteOffset: start))
    }
    return text
  }
}

extension GrowingBytes {
  /// Appends a number in little-endian order.
  mutating func append(number: some FixedWidthInteger) throws(DataError) {
    var ordered = number.littleEndian
    let size = MemoryLayout.size(ofValue: ordered)
    try reserve(size)
    end.copyMemory(from: &ordered, byteCount: size)
    count += size
  }

  mutating func append(_ list: [UInt8]) throws(DataError) {
    try reserve(list.count)
    list.withUnsafeBytes { source in
      if let base = source.baseAddress { end.copyMemory(from: base, byteCount: source.count) }
    }
    count += list.count
  }

  mutating func append(text: String) throws(DataError) {
    try reserve(text.utf8.count)
    var copy = text
    let target = end
    copy.withUTF8 { source in
      if let base = source.baseAddress { target.copyMemory(from: base, byteCount: source.count) }
    }
    count += text.utf8.count
  }

  /// Appends the elements of a tensor in row-major order.
  mutating func append(elements tensor: Tensor) throws(DataError) {
    let dense: Tensor
    do throws(TensorError) { dense = try tensor.contiguous() } catch { throw .tensor(error) }
    try append(UnsafeRawBufferPointer(start: dense.pointer, count: dense.count * dense.dtype.size))
    withExtendedLifetime(dense.storage) {}
  }
}
