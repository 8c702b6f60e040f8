import Diagnostics
import Testing

@testable import Runtime

/// The examples of every builtin and operation, run in a session: they are what `?name` shows.
@Suite struct BuiltinExamplesTests {
  @Test func showWhatTheySay() throws {
    let session = try Session.forTests()
    for builtin in BuiltinTable.all {
      for (code, gives) in builtin.examples {
        let source = SourceText(name: builtin.name, text: code)
        let outcome = session.evaluate(
          source, cell: "example", request: DisplayRequest(), emit: { _ in })
        let shown =
          outcome.errors.first.map { "\($0.code.rawValue): \($0.message)" }
          ?? outcome.display?.plainText ?? ""
        #expect(shown == gives, "\(builtin.name): \(code)")
      }
    }
  }
}
