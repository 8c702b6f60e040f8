import Foundation
import Testing

/// Pages kept in `Tests/Goldens/notebook`. With `RECORD_GOLDENS=1` differing files are written anew
/// and the test fails, so that
/// a recording run never passes as a check.
enum Golden {
  static func expect(_ actual: String, _ name: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Goldens/notebook/\(name)")
    let expected = try? String(contentsOf: file, encoding: .utf8)
    guard expected != actual else { return }
    if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(actual.utf8).write(to: file)
    }
    let lines = actual.split(separator: "\n", omittingEmptySubsequences: false)
    let old = (expected ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    let first = zip(lines, old).enumerated().first { $0.element.0 != $0.element.1 }
    Issue.record(
      "\(name) differs from its golden, first at line \((first?.offset ?? min(lines.count, old.count)) + 1): \(first.map { "\($0.element.0)" } ?? "")"
    )
  }
}
