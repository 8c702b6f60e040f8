internal import Diagnostics
internal import Glibc

/// Reads whole files and streams.
enum FileContent {
  /// Everything up to the end of an open file, pipe or terminal; nil when reading fails.
  static func bytes(of descriptor: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 {
        return bytes
      } else if errno != EINTR {
        return nil
      }
    }
  }

  /// The text of a file of the user's.
  ///
  /// - Throws: E0801 or E0802 when it cannot be opened, E0803 when it is not UTF-8.
  static func text(ofFile path: String) throws(Diagnostic) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw errno == ENOENT
        ? Diagnostic(.fileNotFound, "there is no file «\(path)»")
        : Diagnostic(
          .fileUnreadable, "«\(path)» cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    guard let bytes = bytes(of: file) else {
      throw Diagnostic(
        .fileUnreadable, "«\(path)» cannot be read: \(String(cString: strerror(errno)))")
    }
    return try text(bytes, name: "«\(path)»")
  }

  /// - Throws: E0803 when the bytes are not UTF-8.
  static func text(_ bytes: [UInt8], name: String) throws(Diagnostic) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic(
        .damagedFile, "\(name) is not UTF-8 text",
        hint: "convert it first, for example with `iconv -f latin1 -t utf8`")
    }
    return text
  }
}
