internal import CZlib
internal import TensorCore

/// Decompresses a stretch of a file with zlib.
struct Inflater {
  let source: FileBytes
  let offset: Int
  let count: Int
  /// Deflate alone, as in zip archives; otherwise gzip members one after the other.
  let isRaw: Bool
  let name: String

  /// - Parameter expected: how many bytes to make room for at first.
  /// - Throws: `damaged`, `tensor` for memory or a wish to stop.
  func inflated(expected: Int) throws(DataError) -> FileBytes {
    var stream = z_stream()
    let bits: Int32 = isRaw ? -MAX_WBITS : MAX_WBITS + 16
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, bits, ZLIB_VERSION, size) == Z_OK else {
      throw .tensor(.outOfMemory(bytes: 1 << 16))
    }
    defer { inflateEnd(&stream) }
    var result = try GrowingBytes(capacity: max(expected, 4096))
    var used = 0
    let base = source.storage.bytes + offset
    while true {
      if Interruption.isRequested { throw .tensor(.interrupted) }
      try result.reserve(1)
      let input = min(count - used, 1 << 24)
      let room = min(result.free, 1 << 24)
      stream.next_in = (base + used).assumingMemoryBound(to: UInt8.self)
      stream.avail_in = UInt32(input)
      stream.next_out = result.end.assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(room)
      let status = inflate(&stream, Z_NO_FLUSH)
      used += input - Int(stream.avail_in)
      result.count += room - Int(stream.avail_out)
      switch status {
      case Z_STREAM_END:
        if isRaw || !hasMember(at: used) {
          return FileBytes(storage: result.storage, count: result.count)
        }
        inflateReset(&stream)
      case Z_OK: break
      case Z_BUF_ERROR:
        if used == count { throw .damaged(path: name, .compression(reason: "it is cut short")) }
      case Z_MEM_ERROR: throw .tensor(.outOfMemory(bytes: 1 << 16))
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        throw .damaged(path: name, .compression(reason: reason))
      }
      if used == count, status == Z_OK, stream.avail_out > 0 {
        throw .damaged(path: name, .compression(reason: "it is cut short"))
      }
    }
  }

  /// Whether another gzip member begins here; anything else after a member is padding.
  private func hasMember(at position: Int) -> Bool {
    position + 2 <= count && source.bytes[offset + position] == 0x1f
      && source.bytes[offset + position + 1] == 0x8b
  }
}

/// Compresses bytes with zlib.
enum Deflater {
  /// - Parameter isRaw: deflate alone, as in zip archives; otherwise a gzip member without name and
  ///   time.
  /// - Throws: `tensor` for memory or a wish to stop.
  static func deflated(_ bytes: UnsafeRawBufferPointer, isRaw: Bool) throws(DataError) -> FileBytes
  {
    var stream = z_stream()
    let bits: Int32 = isRaw ? -MAX_WBITS : MAX_WBITS + 16
    let size = Int32(MemoryLayout<z_stream>.size)
    let started = deflateInit2_(
      &stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    guard started == Z_OK else { throw .tensor(.outOfMemory(bytes: 1 << 18)) }
    defer { deflateEnd(&stream) }
    var result = try GrowingBytes(capacity: bytes.count / 2 + 4096)
    var used = 0
    while true {
      if Interruption.isRequested { throw .tensor(.interrupted) }
      try result.reserve(1)
      let input = min(bytes.count - used, 1 << 22)
      let room = min(result.free, 1 << 24)
      stream.next_in = bytes.baseAddress.map {
        UnsafeMutablePointer(mutating: ($0 + used).assumingMemoryBound(to: UInt8.self))
      }
      stream.avail_in = UInt32(input)
      stream.next_out = result.end.assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(room)
      let isLast = used + input == bytes.count
      let status = deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
      used += input - Int(stream.avail_in)
      result.count += room - Int(stream.avail_out)
      if status == Z_STREAM_END { return FileBytes(storage: result.storage, count: result.count) }
      precondition(status == Z_OK || status == Z_BUF_ERROR, "a deflate stream in order")
    }
  }
}

/// The CRC-32 that zip archives keep of their members.
func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
  var sum = CZlib.crc32(0, nil, 0)
  var start = 0
  while start < bytes.count {
    let length = min(bytes.count - start, 1 << 30)
    let part = bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: UInt8.self) }
    sum = CZlib.crc32(sum, part, UInt32(length))
    start += length
  }
  return UInt32(sum)
}

/// The sum that ends a stream in zlib's own format.
func adler32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  var sum = CZlib.adler32(0, nil, 0)
  var start = 0
  while start < bytes.count {
    let length = min(bytes.count - start, 1 << 30)
    let part = bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: UInt8.self) }
    sum = CZlib.adler32(sum, part, UInt32(length))
    start += length
  }
  return UInt32(sum)
}
