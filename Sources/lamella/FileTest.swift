internal import Diagnostics
internal import Notebook
internal import REPL
internal import Runtime

/// `lamella test` of one file: a notebook's claims and the examples in its documentation, or a
/// script's examples.
struct FileTest {
  let path: String
  let setup: NotebookSetup
  let accept: Bool
  let control: RunControl
  let presenter: RunPresenter
  let terminal: Terminal

  func run() -> (JUnitReport.Suite, ExitCode) {
    do {
      return NotebookArguments.isScript(path) ? try runScript() : try runNotebook()
    } catch let list as DiagnosticList {
      return rejected(list.diagnostics, list.exitCode)
    } catch let diagnostic as Diagnostic {
      return rejected([diagnostic], .usage)
    } catch {
      return rejected([Diagnostic(.internalError, "\(error)")], .cellFailed)
    }
  }

  private func rejected(
    _ errors: [Diagnostic], _ code: ExitCode
  ) -> (JUnitReport.Suite, ExitCode) {
    presenter.show(errors)
    report("FAIL", code == .cellFailed ? "failed" : "not run")
    return (JUnitReport.Suite(name: path, run: nil, errors: errors), code)
  }

  // MARK: - Notebooks

  private func runNotebook() throws -> (JUnitReport.Suite, ExitCode) {
    let document = try NotebookArguments.read(path)
    let session = setup.makeSession(path: path, seed: document.frontMatter.seed)
    let runner = try setup.makeRunner(document, path: path, control: control, session: session)
    let problems = runner.check()
    guard problems.isEmpty else { throw DiagnosticList(problems, isOfFile: false) }
    let result = runner.run { presenter.show($0) }
    var examples = DocumentationExamples()
    if case .done = result.ending {
      for cell in result.cells where cell.status == .done {
        examples.run(in: session, definedBy: cell.cell.code)
      }
    }
    let code = try judge(result, examples)
    let errors = examples.differences.map(\.diagnostic)
    return (JUnitReport.Suite(name: path, run: result, errors: errors), code)
  }

  private func judge(
    _ result: RunResult, _ examples: DocumentationExamples
  ) throws(Diagnostic) -> ExitCode {
    let seconds = RunPresenter.seconds(result.cells.reduce(0) { $0 + $1.seconds })
    var code = ExitCode(errors: result.errors, isStatic: false)
    if case .interrupted = result.ending { code = .interrupted }
    guard code == .done else {
      let failed = result.cells.first { $0.status == .failed }
      let place = failed.map { "\($0.cell.title) failed" } ?? result.ending.word
      report("FAIL", "\(place), \(seconds)")
      return code
    }
    let differing = result.cells.filter { $0.claim?.isMet == false }
    for difference in examples.differences { show(difference.diagnostic, difference.lines) }
    if accept, let bytes = ClaimRewriter.accepted(result) {
      try NotebookFile.write(bytes, to: path)
      report("wrote", "\(Self.count(differing.count, "claim")) anew")
      return examples.differences.isEmpty ? .done : .claimDiffers
    }
    for cell in differing {
      guard let claim = cell.claim else { continue }
      show(claim.diagnostic(of: cell.cell, in: result.document.source), claim.difference ?? [])
    }
    let claims = result.cells.count { $0.claim != nil }
    return conclude(
      total: claims + examples.count, differing: differing.count + examples.differences.count,
      noun: examples.count == 0 ? "claim" : "claim and example", seconds: seconds)
  }

  // MARK: - Scripts

  private func runScript() throws -> (JUnitReport.Suite, ExitCode) {
    let source = try ScriptRunner.read(file: path)
    let session = setup.makeSession(path: path, seed: 0)
    let start = ContinuousClock.now
    let outcome = session.evaluate(source, cell: "script", request: DisplayRequest()) { _ in }
    guard outcome.errors.isEmpty else {
      let code = ExitCode(errors: outcome.errors, isStatic: outcome.isStatic)
      return rejected(outcome.errors, code)
    }
    var examples = DocumentationExamples()
    examples.run(in: session, definedBy: source)
    for difference in examples.differences { show(difference.diagnostic, difference.lines) }
    let code = conclude(
      total: examples.count, differing: examples.differences.count, noun: "example",
      seconds: RunPresenter.seconds((ContinuousClock.now - start).seconds))
    let errors = examples.differences.map(\.diagnostic)
    return (JUnitReport.Suite(name: path, run: nil, errors: errors), code)
  }

  // MARK: - Messages

  private func conclude(total: Int, differing: Int, noun: String, seconds: String) -> ExitCode {
    let count = Self.count(total, noun)
    guard differing == 0 else {
      report(
        "FAIL", "\(differing) of \(count) \(differing == 1 ? "differs" : "differ"), \(seconds)")
      return .claimDiffers
    }
    report("ok", "\(count), \(seconds)")
    return .done
  }

  private static func count(_ count: Int, _ noun: String) -> String {
    let plural = noun.split(separator: " ").map { $0 == "and" ? String($0) : "\($0)s" }
    return "\(count) \(count == 1 ? noun : plural.joined(separator: " "))"
  }

  private func report(_ word: String, _ text: String) {
    let padded = word + String(repeating: " ", count: max(1, 6 - word.count))
    presenter.clear()
    terminal.output.write("\(padded)\(path)  \(text)\n")
  }

  /// A difference: the diagnostic, then the lines, `-` claimed and `+` shown.
  private func show(_ diagnostic: Diagnostic, _ difference: [DiffLine]) {
    presenter.show([diagnostic])
    let lines = difference.map { line in
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
