package import Foundation

/// Text kept in `Tests/Goldens`. With `RECORD_GOLDENS=1` differing files are written anew and the
/// test fails, so that what was recorded is read before it is committed.
package struct Golden: Sendable {
  package let url: URL

  package init(_ path: String) {
    url = Self.folder.appendingPathComponent(path)
  }

  package static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Goldens")

  /// The names of the text files in a folder of goldens, sorted.
  package static func names(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)
      .filter { $0.hasSuffix(".txt") }.sorted()
  }

  package var text: String? { try? String(contentsOf: url, encoding: .utf8) }

  /// What is wrong; nil when the file holds exactly this text.
  package func complaint(_ actual: String) -> String? {
    guard text != actual else { return nil }
    let name = url.lastPathComponent
    guard ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" else {
      return "\(name) differs:\n\(actual)"
    }
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(actual.utf8).write(to: url)
    } catch {
      return "\(name) cannot be written: \(error)"
    }
    return "recorded \(name): read it"
  }
}
