package import Diagnostics
internal import Glibc

/// Reads and writes whole files; a file is written beside itself and renamed, so that no reader and
/// no kill finds it in half.
package enum NotebookFile {
  /// - Throws: E0801 when there is no such file, E0802 when it cannot be read.
  package static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw unreadable(path, errno) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 {
        return bytes
      } else if errno != EINTR {
        throw unreadable(path, errno)
      }
    }
  }

  /// Replaces a file, keeping its permissions; a symbolic link is followed.
  ///
  /// - Throws: E0804.
  package static func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    let target = resolved(path)
    var information = stat()
    let mode = stat(target, &information) == 0 ? information.st_mode & 0o7777 : 0o666 & ~mask
    var template = Array("\(target).XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { throw unwritable(path, errno) }
    let temporary = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let failure = write(bytes, file, mode)
    close(file)
    if let failure {
      unlink(temporary)
      throw unwritable(path, failure)
    }
    guard rename(temporary, target) == 0 else {
      let number = errno
      unlink(temporary)
      throw unwritable(path, number)
    }
  }

  /// Makes a folder and those above it; one that exists is left as it is.
  ///
  /// - Throws: E0804.
  package static func makeFolder(_ path: String) throws(Diagnostic) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + part
      if mkdir(prefix, 0o777) != 0, errno != EEXIST { throw unwritable(path, errno) }
    }
    var information = stat()
    guard stat(path.isEmpty ? "." : path, &information) == 0,
      information.st_mode & S_IFMT == S_IFDIR
    else { throw unwritable(path, ENOTDIR) }
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  package static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder in alphabetical order; none when it cannot be read.
  package static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The folder of a path: `.` when it names none.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// `tour` of `Notebooks/tour.nb`.
  package static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  // MARK: - Pieces

  private static var mask: mode_t {
    let mask = umask(0o22)
    _ = umask(mask)
    return mask
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The number of the error; nil when all was written.
  private static func write(_ bytes: [UInt8], _ file: Int32, _ mode: mode_t) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return errno
      }
    }
    return fchmod(file, mode) == 0 && fsync(file) == 0 ? nil : errno
  }

  private static func unreadable(_ path: String, _ number: Int32) -> Diagnostic {
    number == ENOENT
      ? Diagnostic(.fileNotFound, "there is no file «\(path)»")
      : Diagnostic(
        .fileUnreadable, "«\(path)» cannot be read: \(String(cString: strerror(number)))")
  }

  private static func unwritable(_ path: String, _ number: Int32) -> Diagnostic {
    Diagnostic(
      .fileNotWritten, "«\(path)» cannot be written: \(String(cString: strerror(number)))")
  }
}
