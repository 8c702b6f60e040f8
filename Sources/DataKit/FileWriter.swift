internal import Glibc

/// Writing whole files, so that nobody ever sees half of one.
enum FileWriter {
  /// Writes under another name in the same folder and renames; a link stays, its target changes.
  /// What is no regular file (a pipe, a terminal) is written to directly. A name that ends in `.gz`
  /// is compressed.
  ///
  /// - Throws: `notWritten`, `tensor` for memory or a wish to stop.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to path: String, name: String
  ) throws(DataError) {
    if path.hasSuffix(".gz") {
      let packed = try Deflater.deflated(bytes, isRaw: false)
      try writePlain(packed.bytes, to: path, name: name)
    } else {
      try writePlain(bytes, to: path, name: name)
    }
  }

  private static func writePlain(
    _ bytes: UnsafeRawBufferPointer, to path: String, name: String
  ) throws(DataError) {
    var status = stat()
    var target = path
    var mode: mode_t = 0o644
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw .notWritten(path: name, reason: "it is a folder")
      }
      guard status.st_mode & S_IFMT == S_IFREG else {
        return try writeDirectly(bytes, to: path, name: name)
      }
      mode = status.st_mode & 0o7777
      if let resolved = realpath(path, nil) {
        target = String(cString: resolved)
        free(resolved)
      }
      guard access(target, W_OK) == 0 else {
        throw .notWritten(path: name, reason: FileBytes.reason(errno))
      }
    }
    var template = Array((target + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw .notWritten(path: name, reason: FileBytes.reason(errno)) }
    var code = send(bytes, to: descriptor)
    if code == 0, fchmod(descriptor, mode) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0, rename(template, target) != 0 { code = errno }
    if code != 0 {
      unlink(template)
      throw .notWritten(path: name, reason: FileBytes.reason(code))
    }
  }

  private static func writeDirectly(
    _ bytes: UnsafeRawBufferPointer, to path: String, name: String
  ) throws(DataError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .notWritten(path: name, reason: FileBytes.reason(errno)) }
    let code = send(bytes, to: descriptor)
    close(descriptor)
    if code != 0 { throw .notWritten(path: name, reason: FileBytes.reason(code)) }
  }

  /// - Returns: 0, or the system's error.
  private static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var sent = 0
    while sent < bytes.count, let base = bytes.baseAddress {
      let got = Glibc.write(descriptor, base + sent, min(bytes.count - sent, 1 << 24))
      if got < 0 {
        if errno == EINTR { continue }
        return errno
      }
      sent += got
    }
    return 0
  }
}
