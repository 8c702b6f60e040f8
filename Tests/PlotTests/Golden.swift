import Foundation
import Testing

/// Scripts kept in `Tests/Goldens`. With `RECORD_GOLDENS=1` differing files are written anew and
/// the test fails,
/// so that what was recorded is read before it is committed.
struct Golden {
  let url: URL

  init(_ path: String) {
    url = Self.folder.appendingPathComponent(path)
  }

  /// `Tests/Goldens`, beside this target.
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Goldens")

  var text: String? { try? String(contentsOf: url, encoding: .utf8) }

  /// Expects the file to hold exactly this text.
  func expect(_ actual: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    if text != actual, ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(actual.utf8).write(to: url)
      Issue.record("recorded \(url.lastPathComponent): read it", sourceLocation: sourceLocation)
      return
    }
    #expect(text == actual, "\(url.lastPathComponent)", sourceLocation: sourceLocation)
  }
}
