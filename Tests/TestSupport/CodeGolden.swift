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
  private let golden: Golden

  package static let folder = Golden.folder.appendingPathComponent("diagnostics/codes")

  /// Files that the cases read.
  package static let filesFolder = folder.deletingLastPathComponent().appendingPathComponent(
    "files")

  /// nil when there is no such file.
  package init?(_ code: DiagnosticCode) {
    golden = Golden("diagnostics/codes/\(code.rawValue).txt")
    guard let text = golden.text else { return nil }
    self.code = code
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
    if let complaint = golden.complaint(actual) { return complaint }
    for (source, diagnostics) in zip(cases, diagnostics)
    where !diagnostics.contains(where: { $0.code == code }) {
      return "no \(code.rawValue) from\n\(source)"
    }
    return nil
  }
}
