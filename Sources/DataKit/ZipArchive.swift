/// Reading zip archives as NumPy writes them: members stored or deflated, with the 64-bit
/// extension.
struct ZipArchive {
  struct Member {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    let packedSize: Int
    let size: Int
    /// Where the member's own header begins.
    fileprivate let headerOffset: Int
  }

  let members: [Member]
  private let file: FileBytes
  /// How messages call the file.
  private let name: String

  /// Reads the directory at the end of the file.
  ///
  /// - Throws: `damaged` when it is no archive, cut short or inconsistent.
  init(_ file: FileBytes, name: String) throws(DataError) {
    self.file = file
    self.name = name
    let bytes = LittleEndian(file.bytes)
    guard bytes.count >= 4, bytes.word(at: 0) == 0x0403_4b50 || bytes.word(at: 0) == 0x0605_4b50
    else {
      throw .damaged(path: name, .wrongFormat(expected: "a zip archive"))
    }
    let directory = try ZipArchive.directory(bytes, name)
    var found: [Member] = []
    var position = directory.offset
    for _ in 0..<directory.count {
      guard position + 46 <= bytes.count, bytes.word(at: position) == 0x0201_4b50 else {
        throw .damaged(path: name, .archive(reason: "an entry of its directory is missing"))
      }
      found.append(try ZipArchive.member(bytes, position, name))
      position +=
        46 + bytes.half(at: position + 28) + bytes.half(at: position + 30)
        + bytes.half(at: position + 32)
    }
    members = found
  }

  /// Where the directory begins and how many entries it has.
  private static func directory(_ bytes: LittleEndian, _ name: String) throws(DataError) -> (
    offset: Int, count: Int
  ) {
    // The end record is followed by a comment of at most 65,535 bytes.
    var end = bytes.count - 22
    let first = max(0, end - 65_535)
    while end >= first, bytes.word(at: end) != 0x0605_4b50 { end -= 1 }
    guard end >= first, end >= 0 else {
      throw .damaged(path: name, .archive(reason: "the directory at its end is missing"))
    }
    var count = bytes.half(at: end + 10)
    var offset = Int(bytes.word(at: end + 16))
    if end >= 20, bytes.word(at: end - 20) == 0x0706_4b50,
      let wide = Int(exactly: bytes.double(at: end - 12)), wide >= 0, wide <= bytes.count - 56,
      bytes.word(at: wide) == 0x0606_4b50,
      let wideCount = Int(exactly: bytes.double(at: wide + 32)),
      let wideOffset = Int(exactly: bytes.double(at: wide + 48))
    {
      (count, offset) = (wideCount, wideOffset)
    }
    guard offset <= end, count <= bytes.count / 46 + 1 else {
      throw .damaged(path: name, .archive(reason: "its directory lies outside the file"))
    }
    return (offset, count)
  }

  private static func member(_ bytes: LittleEndian, _ position: Int, _ file: String)
    throws(DataError) -> Member
  {
    let nameLength = bytes.half(at: position + 28)
    let extraLength = bytes.half(at: position + 30)
    let extraStart = position + 46 + nameLength
    guard extraStart + extraLength <= bytes.count else {
      throw .damaged(path: file, .archive(reason: "an entry of its directory is cut short"))
    }
    let name = bytes.text(from: position + 46, count: nameLength)
    let (flags, method) = (bytes.half(at: position + 8), bytes.half(at: position + 10))
    guard flags & 1 == 0, method == 0 || method == 8 else {
      let reason =
        flags & 1 == 1 ? "is encrypted" : "is compressed by method \(method), not by deflate"
      throw .damaged(path: file, .member(name: name, reason: reason))
    }
    // Values that are all ones stand in the extra field instead, in this order.
    var wide = WideValues(bytes, extraStart, extraLength)
    let size = wide.value(Int(bytes.word(at: position + 24)))
    let packed = wide.value(Int(bytes.word(at: position + 20)))
    let offset = wide.value(Int(bytes.word(at: position + 42)))
    guard let size, let packed, let offset, offset <= bytes.count - 30 else {
      throw .damaged(path: file, .member(name: name, reason: "lies outside the file"))
    }
    return Member(
      name: name, isDeflated: method == 8, checksum: bytes.word(at: position + 16),
      packedSize: packed, size: size, headerOffset: offset)
  }

  /// The 64-bit values of an entry's extra field, one after the other.
  private struct WideValues {
    private let bytes: LittleEndian
    private var position = 0
    private var end = 0

    init(_ bytes: LittleEndian, _ start: Int, _ length: Int) {
      self.bytes = bytes
      var field = start
      while field + 4 <= start + length {
        let size = bytes.half(at: field + 2)
        if bytes.half(at: field) == 1, field + 4 + size <= start + length {
          position = field + 4
          end = position + size
          return
        }
        field += 4 + size
      }
    }

    /// The value itself, or the next wide one when it is all ones; nil when that is missing or
    /// negative.
    mutating func value(_ narrow: Int) -> Int? {
      guard narrow == 0xffff_ffff, position + 8 <= end else { return narrow }
      defer { position += 8 }
      return Int(exactly: bytes.double(at: position))
    }
  }

  /// The content of a member.
  ///
  /// - Throws: `damaged` when it is cut short, does not decompress or has another checksum;
  ///   `tensor` for memory or a wish to stop.
  func content(of member: Member) throws(DataError) -> (file: FileBytes, offset: Int) {
    let bytes = LittleEndian(file.bytes)
    let header = member.headerOffset
    guard bytes.word(at: header) == 0x0403_4b50 else {
      throw .damaged(path: name, .member(name: member.name, reason: "has no header"))
    }
    let start = header + 30 + bytes.half(at: header + 26) + bytes.half(at: header + 28)
    guard start <= file.count, member.packedSize <= file.count - start else {
      throw .damaged(
        path: name,
        .truncated(neededBytes: member.packedSize, foundBytes: max(0, file.count - start)))
    }
    let result: (file: FileBytes, offset: Int)
    if member.isDeflated {
      // Deflate makes data at most 1,032 times as small.
      let expected = min(member.size, member.packedSize * 1040 + 1024)
      let packed = Inflater(
        source: file, offset: start, count: member.packedSize, isRaw: true, name: name)
      result = (try packed.inflated(expected: expected + 1), 0)
      guard result.file.count == member.size else {
        throw .damaged(
          path: name, .truncated(neededBytes: member.size, foundBytes: result.file.count))
      }
    } else {
      guard member.packedSize == member.size else {
        throw .damaged(path: name, .member(name: member.name, reason: "has two different sizes"))
      }
      result = (file, start)
    }
    let content = UnsafeRawBufferPointer(
      rebasing: result.file.bytes[result.offset..<result.offset + member.size])
    guard crc32(of: content) == member.checksum else {
      throw .damaged(path: name, .checksum(member: member.name))
    }
    return result
  }
}

/// Little-endian numbers at places in a file.
struct LittleEndian {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// All ones when the place lies outside: no size or signature looks like that.
  func half(at offset: Int) -> Int {
    guard offset >= 0, offset <= count - 2 else { return 0xffff }
    return Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
  }

  func word(at offset: Int) -> UInt32 {
    guard offset >= 0, offset <= count - 4 else { return .max }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  func double(at offset: Int) -> UInt64 {
    guard offset >= 0, offset <= count - 8 else { return .max }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// - Precondition: the bytes are there.
  func text(from start: Int, count: Int) -> String {
    String(decoding: bytes[start..<start + count], as: UTF8.self)
  }
}
