internal import Glibc

/// The entries of this and of earlier sessions, in a file with one entry a line.
///
/// Within an entry a line end is written `\n` and a backslash `\\`, so an entry of many lines is
/// one item. Entries are
/// appended as they are made: a session that dies loses nothing, and two sessions at once do not
/// lose each other's.
struct History {
  /// How many entries are kept; a file with twice as many is cut back when it is read.
  static let limit = 5_000

  private(set) var entries: [String] = []
  private let path: String?

  /// Reads the file at `path`; nil keeps nothing from session to session.
  init(path: String?) {
    self.path = path
    guard let path, let bytes = Self.read(path) else { return }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    entries = lines.suffix(Self.limit).map { Self.decoded(String(decoding: $0, as: UTF8.self)) }
    if lines.count > 2 * Self.limit { rewrite() }
  }

  /// `$XDG_STATE_HOME/lamella/history`, or the same under `~/.local/state`; nil when neither is
  /// known.
  static func defaultPath(_ environment: [String: String]) -> String? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return state + "/lamella/history"
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.local/state/lamella/history"
  }

  /// Adds an entry, unless it repeats the last one.
  ///
  /// - Returns: why the file could not be written, as the system says it; nil when all is well.
  mutating func add(_ entry: String) -> String? {
    guard entry != entries.last else { return nil }
    entries.append(entry)
    guard let path else { return nil }
    Self.makeFolder(above: path)
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return "\(path): \(String(cString: strerror(errno)))" }
    defer { close(file) }
    TextOutput(descriptor: file).write(Self.encoded(entry) + "\n")
    return nil
  }

  static func encoded(_ entry: String) -> String {
    var line = ""
    for scalar in entry.unicodeScalars {
      switch scalar {
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }

  static func decoded(_ line: String) -> String {
    var entry = ""
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        if scalar == "n" { entry += "\n" } else { entry.unicodeScalars.append(scalar) }
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        entry.unicodeScalars.append(scalar)
      }
    }
    return entry
  }

  // MARK: - The file

  /// Replaces the file by the entries kept, so that a reader sees the old or the new one and never
  /// a half.
  private func rewrite() {
    guard let path else { return }
    let draft = "\(path).\(getpid())"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    TextOutput(descriptor: file)
      .write(entries.map { Self.encoded($0) + "\n" }.joined())
    close(file)
    if rename(draft, path) != 0 { unlink(draft) }
  }

  private static func makeFolder(above path: String) {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/" + part
      mkdir(folder, 0o700)
    }
  }

  private static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return FileContent.bytes(of: file)
  }
}
