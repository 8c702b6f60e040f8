internal import CZlib
internal import Glibc
internal import TensorCore

/// The content of a file, in memory that obeys the session's limit.
struct FileBytes {
  let storage: Storage
  let count: Int

  /// Valid while the storage is held.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage.bytes, count: count) }

  init(storage: Storage, count: Int) {
    self.storage = storage
    self.count = count
  }

  /// Reads a whole file.
  ///
  /// - Parameters:
  ///   - path: where the file is.
  ///   - name: how messages call it.
  ///   - decompresses: whether a file in gzip format is decompressed.
  /// - Throws: `notFound`, `unreadable`, `damaged` (gzip), `tensor` for memory or a wish to stop.
  init(path: String, name: String, decompresses: Bool = true) throws(DataError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT { throw .notFound(path: name) }
      throw .unreadable(path: name, reason: FileBytes.reason(code))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: name, reason: FileBytes.reason(errno))
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw .unreadable(path: name, reason: "it is a folder")
    }
    // One byte more than the size, so that the end is seen without growing.
    var growing = try GrowingBytes(capacity: max(Int(status.st_size) + 1, 4096))
    while true {
      if Interruption.isRequested { throw .tensor(.interrupted) }
      try growing.reserve(1)
      let wanted = min(growing.free, 1 << 23)
      let got = read(descriptor, growing.end, wanted)
      if got < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path: name, reason: FileBytes.reason(errno))
      }
      if got == 0 { break }
      growing.count += got
    }
    let raw = FileBytes(storage: growing.storage, count: growing.count)
    self = decompresses && raw.isGzip ? try raw.gunzipped(name: name) : raw
  }

  private var isGzip: Bool { count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b }

  private func gunzipped(name: String) throws(DataError) -> FileBytes {
    // The last four bytes are the size modulo 2³², when there is one member.
    let hint =
      count >= 18 ? Int(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)) : 0
    let expected = min(max(hint, count), count * 1040 + 1024) + 1
    return try Inflater(source: self, offset: 0, count: count, isRaw: false, name: name)
      .inflated(expected: expected)
  }

  /// The file as text.
  ///
  /// - Throws: `damaged` where it is not UTF-8.
  func text(name: String) throws(DataError) -> String {
    let start = count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0
    let content = UnsafeRawBufferPointer(rebasing: bytes[start...])
    if let text = String(validating: content, as: UTF8.self) { return text }
    throw .damaged(path: name, .notText(byteOffset: start + FileBytes.validPrefix(content)))
  }

  /// How many bytes are UTF-8 before the first that is not.
  private static func validPrefix(_ bytes: UnsafeRawBufferPointer) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput, .error: return offset
      }
    }
  }

  /// The system's words for an error, in our style.
  static func reason(_ code: Int32) -> String {
    switch code {
    case EACCES, EPERM: "permission denied"
    case EISDIR: "it is a folder"
    case ENOENT: "the folder does not exist"
    case ENOTDIR: "a part of the path is not a folder"
    case ENOSPC: "the disk is full"
    case ENAMETOOLONG: "the name is too long"
    default: String(cString: strerror(code)).lowercased()
    }
  }
}

/// Memory that grows as bytes come in.
struct GrowingBytes {
  private(set) var storage: Storage
  var count = 0

  init(capacity: Int) throws(DataError) {
    do throws(TensorError) {
      storage = try Storage(byteCount: capacity)
    } catch {
      throw .tensor(error)
    }
  }

  var free: Int { storage.byteCount - count }
  var end: UnsafeMutableRawPointer { storage.bytes + count }

  /// Makes room for `more` bytes; amortised O(1) a byte.
  mutating func reserve(_ more: Int) throws(DataError) {
    guard free < more else { return }
    let (doubled, overflow) = storage.byteCount.multipliedReportingOverflow(by: 2)
    let wanted = overflow ? Int.max : max(doubled, count + more)
    do throws(TensorError) {
      let larger = try Storage(byteCount: wanted)
      larger.bytes.copyMemory(from: storage.bytes, byteCount: count)
      storage = larger
    } catch {
      throw .tensor(error)
    }
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
    try reserve(bytes.count)
    if let base = bytes.baseAddress { end.copyMemory(from: base, byteCount: bytes.count) }
    count += bytes.count
  }
}
