import DataKit
import Diagnostics
import Foundation
import Runtime
import Testing

/// A folder of its own and a session that works in it; gone at the end of the test.
final class DataFolder {
  let path: String
  private let session: Session

  init() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lamella-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
    session = Session(
      SessionOptions(kits: [dataKit], standardLibraryFolder: path, workingFolder: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The files that NumPy wrote.
  static var reference: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Reference/files").path
  }

  /// What evaluating the code shows; of an error its code and message.
  func shows(_ code: String) -> String {
    let outcome = session.evaluate(
      SourceText(name: "<test>", text: code), cell: "test", request: DisplayRequest()
    ) { _ in }
    if let error = outcome.errors.first { return "\(error.code.rawValue): \(error.message)" }
    return outcome.display?.plainText ?? ""
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
}
