internal import Glibc

/// Files and folders whose path begins with what was typed.
enum PathCompletion {
  /// In alphabetical order; folders end with a slash. Hidden files come only when a dot was typed.
  static func paths(beginningWith typed: String) -> [String] {
    let split = typed.utf8.lastIndex(of: UInt8(ascii: "/")).map { typed.utf8.index(after: $0) }
    let folder = String(typed[..<(split ?? typed.startIndex)])
    let beginning = String(typed[(split ?? typed.startIndex)...])
    guard let listing = opendir(folder.isEmpty ? "." : expanded(folder)) else { return [] }
    defer { closedir(listing) }
    var paths: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix(beginning), name != ".", name != "..",
        beginning.hasPrefix(".") || !name.hasPrefix(".")
      else { continue }
      var status = stat()
      let isFolder =
        stat(expanded(folder) + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      paths.append(folder + name + (isFolder ? "/" : ""))
    }
    return paths.sorted()
  }

  /// The path with a leading `~/` replaced by the home folder.
  static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
    return String(cString: home) + path.dropFirst()
  }
}
