package import Diagnostics
internal import Glibc
package import Runtime

/// Runs a text from beginning to end as one cell and shows what it prints and what its last
/// expression gives.
package struct ScriptRunner {
  private let session: Session
  private let presenter: Presenter
  private let signals: SignalWatcher?

  /// - Parameter signals: makes Ctrl-C end the script with E0503; nil leaves it to end the process.
  package init(session: Session, presenter: Presenter, signals: SignalWatcher?) {
    self.session = session
    self.presenter = presenter
    self.signals = signals
  }

  /// Stops at the first error; a static one is found before anything runs.
  package func run(_ source: SourceText) -> Outcome {
    let session = session
    let presenter = presenter
    let evaluate = {
      session.evaluate(source, cell: "script", request: presenter.request) { presenter.show($0) }
    }
    let outcome = signals?.interrupting({ session.interrupt() }, evaluate) ?? evaluate()
    presenter.show(outcome)
    presenter.endLine()
    return outcome
  }

  /// The text of a script file.
  ///
  /// - Throws: E0801…E0803 when there is none, it cannot be read or is not UTF-8.
  package static func read(file path: String) throws(Diagnostic) -> SourceText {
    SourceText(name: path, text: try FileContent.text(ofFile: path))
  }

  /// The script that comes from standard input.
  ///
  /// - Throws: E0802 or E0803 as for a file.
  package static func readStandardInput() throws(Diagnostic) -> SourceText {
    guard let bytes = FileContent.bytes(of: STDIN_FILENO) else {
      throw Diagnostic(
        .fileUnreadable, "standard input cannot be read: \(String(cString: strerror(errno)))")
    }
    return SourceText(
      name: "<stdin>", text: try FileContent.text(bytes, name: "standard input"))
  }
}
