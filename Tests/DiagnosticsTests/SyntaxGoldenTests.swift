import Diagnostics
import Foundation
import Syntax
import TestSupport
import Testing

/// Each file in `Tests/Goldens/diagnostics/syntax` holds a malformed text, a line `====`, and what
/// a user reads about
/// it. A new file with the text and the line alone is a new test, to be recorded.
@Suite struct SyntaxGoldenTests {
  private static let folder = "diagnostics/syntax"

  @Test(arguments: try Golden.names(in: folder))
  func saysWhatIsWrong(_ name: String) throws {
    let golden = Golden("\(Self.folder)/\(name)")
    let parts = try #require(golden.text).components(separatedBy: "====\n")
    let source = SourceText(name: "example.lam", text: parts[0])
    let errors = Parser.parse(source).errors
    try #require(!errors.isEmpty)
    let shown = errors.map {
      DiagnosticRenderer.render($0.diagnostic(in: source), colour: false)
    }
    let actual = parts[0] + "====\n" + shown.joined(separator: "\n\n") + "\n"
    #expect(golden.complaint(actual) == nil)
  }

  /// Codes that only the resolver or the compiler gives.
  private static let later: Set<DiagnosticCode> = [.codeTooLarge, .unknownUnit]

  @Test func everySyntaxCodeHasAGolden() throws {
    let all = try Golden.names(in: Self.folder).compactMap { Golden("\(Self.folder)/\($0)").text }
      .joined()
    for code in DiagnosticCode.allCases where code.rawValue.hasPrefix("E01") {
      if Self.later.contains(code) { continue }
      #expect(all.contains("error[\(code.rawValue)]"), "\(code.rawValue)")
    }
  }
}
