import Diagnostics
import Runtime
import Testing

@testable import AttentionKit

/// The builtins in a session.
@Suite struct CacheBuiltinsTests {
  private let session = Session(
    SessionOptions(kits: [attentionKit], standardLibraryFolder: "", workingFolder: "/"))

  /// What an entry shows, or its error.
  private func shows(_ code: String) -> String {
    let outcome = session.evaluate(
      SourceText(name: "test", text: code), cell: "1", request: DisplayRequest(), emit: { _ in })
    return outcome.errors.first.map { "\($0.code.rawValue): \($0.message)" }
      ?? outcome.display?.plainText ?? ""
  }

  @Test func examplesShowWhatTheySay() {
    for builtin in attentionKit.builtins {
      #expect(!builtin.examples.isEmpty)
      for (code, gives) in builtin.examples {
        #expect(shows(code) == gives, "\(builtin.name): \(code)")
      }
    }
  }
}
