package import Diagnostics
package import Foundation

/// A file of `Tests/Goldens/diagnostics/codes`: for one code, texts that give it and what a user
/// reads about them.
///
/// A case is a text, a line `====` and the diagnostics; a line `----` parts two cases. A new case
/// holds the text and the
/// line `====` alone, to be recorded.
package struct CodeGolden: Sendable, CustomStringConvertible {
  package let code: DiagnosticCode
  /// The texts, in order.
  package let cases: [String]
  private let text: String
  private let url: URL

  package static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Goldens/diagnostics/codes")

  /// Files that the cases read.
  package static let filesFolder = folder.deletingLastPathComponent().appendingPathComponent(
    "files")

  /// nil when there is no such file.
  package init?(_ code: DiagnosticCode) {
    url = Self.folder.appendingPathComponent(code.rawValue + ".txt")
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
    self.code = code
    self.text = text
    cases = text.components(separatedBy: "\n----\n").map { part in
      part.components(separatedBy: "====\n")[0]
    }
  }

  package var description: String { code.rawValue }

  /// Those of the codes that have a file.
  package static func all(where isWanted: (DiagnosticCode) -> Bool) -> [CodeGolden] {
    DiagnosticCode.allCases.filter(isWanted).compactMap { CodeGolden($0) }
  }

  /// Compares what each case says with the file; with `RECORD_GOLDENS=1` a differing file is
  /// written anew.
  ///
  /// - Parameter diagnostics: those of each case.
  /// - Returns: what is wrong; nil when the file holds exactly this.
  package func complaint(_ diagnostics: [[Diagnostic]]) -> String? {
    let parts = zip(cases, diagnostics).map { source, diagnostics in
      source + "====\n"
        + diagnostics.map { DiagnosticRenderer.render($0, colour: false) }
        .joined(separator: "\n\n") + "\n"
    }
    let actual = parts.joined(separator: "\n----\n")
    if actual != text {
      guard ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" else {
        return "\(code.rawValue).txt differs:\n\(actual)"
      }
      do {
        try Data(actual.utf8).write(to: url)
      } catch {
        return "\(code.rawValue).txt cannot be written: \(error)"
      }
      return "recorded \(code.rawValue).txt: read it"
    }
    for (source, diagnostics) in zip(cases, diagnostics)
    where !diagnostics.contains(where: { $0.code == code }) {
      return "no \(code.rawValue) from\n\(source)"
    }
    return nil
  }
}
