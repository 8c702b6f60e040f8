internal import ArgumentParser
internal import Diagnostics
internal import Notebook
internal import REPL

/// `lamella test`: runs notebooks and compares what they show with what they claim.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Check the claims of notebooks and the examples in documentation.",
    discussion: """
      Nothing is exported. The exit code is 3 when a claim or example differs and 1 when a cell fails.
      """)

  @Argument(
    help: ArgumentHelp("Notebooks, scripts, or folders of notebooks.", valueName: "file"))
  var files: [String]

  @OptionGroup var options: NotebookOptions

  @Flag(help: "Write the claims that differ anew, as their cells show now.")
  var accept = false

  @Option(help: ArgumentHelp("Write a JUnit report.", valueName: "file"))
  var junit: String?

  func run() throws {
    let signals = SignalWatcher(editsLines: false)
    let terminal = Terminal(environment: Terminal.environment())
    let control = RunControl()
    let presenter = RunPresenter(terminal, style: .errorsOnly)
    var suites: [JUnitReport.Suite] = []
    var code = ExitCode.done
    for path in try notebooks(presenter) {
      let test = FileTest(
        path: path, setup: options.setup, accept: accept, control: control, presenter: presenter,
        terminal: terminal)
      let body = { test.run() }
      let (suite, result) = signals?.interrupting({ control.interrupt() }, body) ?? body()
      suites.append(suite)
      code = Self.worse(code, result)
      if control.isInterrupted { break }
    }
    if let junit {
      do {
        try NotebookFile.write(Array(JUnitReport.xml(suites).utf8), to: junit)
      } catch {
        presenter.show([error])
        throw ExitCode.usage
      }
    }
    throw code
  }

  /// The files given, with the notebooks of folders in their place.
  private func notebooks(_ presenter: RunPresenter) throws -> [String] {
    var paths: [String] = []
    for file in files {
      guard NotebookFile.isFolder(file) else {
        paths.append(file)
        continue
      }
      let found = NotebookFile.names(in: file).filter { $0.hasSuffix(".nb") }
      guard !found.isEmpty else {
        presenter.show([Diagnostic(.fileNotFound, "there is no notebook in the folder «\(file)»")])
        throw ExitCode.usage
      }
      let folder = file.hasSuffix("/") ? String(file.dropLast()) : file
      paths += found.map { "\(folder)/\($0)" }
    }
    return paths
  }

  /// Which of two endings says more: what kept a notebook from running before what went wrong in
  /// it.
  private static func worse(_ a: ExitCode, _ b: ExitCode) -> ExitCode {
    let order: [ExitCode] = [
      .interrupted, .usage, .notResolved, .programMissing, .timedOut, .cellFailed, .claimDiffers,
      .done,
    ]
    return order.first { $0 == a || $0 == b } ?? a
  }
}
