internal import ArgumentParser
internal import Diagnostics
internal import Notebook
internal import REPL
internal import Runtime

/// `lamella test`: runs notebooks and compares what they show with what they claim.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run notebooks and check their claims.",
    discussion: """
      Nothing is exported. The exit code is 3 when a claim differs and 1 when a cell fails.
      """)

  @Argument(
    help: ArgumentHelp("Notebooks, or folders of notebooks.", valueName: "file"))
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
    let presenter = RunPresenter(terminal, showsOutput: false)
    var suites: [JUnitReport.Suite] = []
    var code = ExitCode.done
    for path in try notebooks(presenter) {
      let body = { test(path, control, presenter, terminal) }
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

  /// Which of two endings says more: what kept a notebook from running before what went wrong in it.
  private static func worse(_ a: ExitCode, _ b: ExitCode) -> ExitCode {
    let order: [ExitCode] = [
      .interrupted, .usage, .notResolved, .programMissing, .timedOut, .cellFailed, .claimDiffers,
      .done,
    ]
    return order.first { $0 == a || $0 == b } ?? a
  }

  // MARK: - One notebook

  private func test(
    _ path: String, _ control: RunControl, _ presenter: RunPresenter, _ terminal: Terminal
  ) -> (JUnitReport.Suite, ExitCode) {
    func rejected(_ errors: [Diagnostic], _ code: ExitCode) -> (JUnitReport.Suite, ExitCode) {
      presenter.show(errors)
      report("FAIL", path, "not run", terminal)
      return (JUnitReport.Suite(name: path, run: nil, errors: errors), code)
    }
    do {
      let document = try NotebookArguments.read(path)
      let runner = try options.makeRunner(document, path: path, control: control)
      let problems = runner.check()
      guard problems.isEmpty else { return rejected(problems, .notResolved) }
      let result = runner.run { presenter.show($0) }
      let code = try judge(result, path, presenter, terminal)
      return (JUnitReport.Suite(name: path, run: result, errors: []), code)
    } catch let list as DiagnosticList {
      return rejected(list.diagnostics, list.exitCode)
    } catch let diagnostic as Diagnostic {
      return rejected([diagnostic], .usage)
    } catch {
      return rejected([Diagnostic(.internalError, "\(error)")], .cellFailed)
    }
  }

  private func judge(
    _ result: RunResult, _ path: String, _ presenter: RunPresenter, _ terminal: Terminal
  ) throws(Diagnostic) -> ExitCode {
    let seconds = RunPresenter.seconds(result.cells.reduce(0) { $0 + $1.seconds })
    let claims = result.cells.compactMap(\.claim)
    let differing = result.cells.filter { $0.claim?.isMet == false }
    var code = ExitCode(errors: result.errors, isStatic: false)
    if case .interrupted = result.ending { code = .interrupted }
    guard code == .done else {
      let failed = result.cells.first { $0.status == .failed }
      let place = failed.map { "\($0.cell.title) failed" } ?? result.ending.word
      report("FAIL", path, "\(place), \(seconds)", terminal)
      return code
    }
    if accept, let bytes = ClaimRewriter.accepted(result) {
      try NotebookFile.write(bytes, to: path)
      let count = differing.count
      report("wrote", path, "\(count) \(count == 1 ? "claim" : "claims") anew", terminal)
      return .done
    }
    for cell in differing { show(cell, result, presenter, terminal) }
    let count = "\(claims.count) \(claims.count == 1 ? "claim" : "claims")"
    guard differing.isEmpty else {
      report("FAIL", path, "\(differing.count) of \(count) differ, \(seconds)", terminal)
      return .claimDiffers
    }
    report("ok", path, "\(count), \(seconds)", terminal)
    return .done
  }

  // MARK: - Messages

  private func report(_ word: String, _ path: String, _ text: String, _ terminal: Terminal) {
    let padded = word + String(repeating: " ", count: max(1, 6 - word.count))
    terminal.output.write("\(padded)\(path)  \(text)\n")
  }

  /// The difference of one cell: a diagnostic, then the lines, `-` claimed and `+` shown.
  private func show(
    _ result: CellResult, _ run: RunResult, _ presenter: RunPresenter, _ terminal: Terminal
  ) {
    guard let claim = result.claim else { return }
    presenter.show([claim.diagnostic(of: result.cell, in: run.document.source)])
    let lines = (claim.difference ?? []).map { line in
      let text = "  \(line.side.rawValue) \(line.text)"
      guard terminal.messagesUseColour else { return text }
      switch line.side {
      case .both: return text
      case .claimed: return "\u{1B}[31m\(text)\u{1B}[0m"
      case .shown: return "\u{1B}[32m\(text)\u{1B}[0m"
      }
    }
    if !lines.isEmpty { terminal.messages.write(lines.joined(separator: "\n") + "\n") }
  }
}
