internal import Glibc

/// Where the standard modules are.
package enum StandardLibrary {
  /// The first of: `$LAMELLA_STDLIB`, `../share/lamella/stdlib` beside the executable, a `stdlib`
  /// folder in a folder above the
  /// executable (the source tree). nil when there is none.
  package static func locate() -> String? {
    if let named = getenv("LAMELLA_STDLIB").map({ String(cString: $0) }), !named.isEmpty {
      return isFolder(named) ? named : nil
    }
    guard let executable = executablePath else { return nil }
    let folder = parent(executable)
    let installed = parent(folder) + "/share/lamella/stdlib"
    if isFolder(installed) { return installed }
    var above = folder
    while above.count > 1 {
      if isFolder(above + "/stdlib"), exists(above + "/Package.swift") { return above + "/stdlib" }
      above = parent(above)
    }
    return nil
  }

  /// The names of the modules in a folder, sorted.
  static func moduleNames(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let file = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if file.hasSuffix(".lam") { names.append(String(file.dropLast(4))) }
    }
    return names.sorted()
  }

  /// The bytes of a file as text; nil when it cannot be read or is not UTF-8.
  static func text(ofFile path: String) -> String? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static var executablePath: String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
