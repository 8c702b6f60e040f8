internal import ArgumentParser
internal import Diagnostics
internal import Notebook
internal import REPL
internal import Runtime

/// `lamella run`: a notebook with its export, a script, or code from the command line.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a notebook, a script or a line of code.",
    discussion: """
      A notebook leaves a folder <name>.out with the page, the figures and run.json. The notebook itself never changes.
      """)

  @Argument(
    help: ArgumentHelp(
      "A notebook (.nb, .md, .qmd) or a script (.lam; - is standard input).", valueName: "file"))
  var file: String?

  @Option(
    name: .customShort("e"), help: ArgumentHelp("Run this code instead.", valueName: "code"))
  var code: String?

  @OptionGroup var options: NotebookOptions

  @Option(
    help: ArgumentHelp(
      "The format of the page: "
        + ExporterTable.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ") + ".",
      valueName: "format"))
  var to = ExporterTable.all[0].name

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "The folder to write, or the page alone when it ends in .html or .md.", valueName: "path"))
  var output: String?

  @Option(help: ArgumentHelp("The folder for the figures.", valueName: "folder"))
  var figures: String?

  @Option(
    help: ArgumentHelp(
      "After a failed cell: stop, continue with the cells that do not need it, or abort without an export.",
      valueName: "policy"))
  var onError = NotebookRunner.FailurePolicy.stop

  @Flag(help: "Write one JSON event a line to standard output.")
  var json = false

  func validate() throws {
    guard (file == nil) != (code == nil) else {
      throw ValidationError(
        file == nil ? "what shall run? Give a file or -e 'code'." : "give a file or -e, not both.")
    }
    let names = ExporterTable.all.map(\.name)
    guard names.contains(to) else {
      throw ValidationError("there is no format «\(to)»; known: \(names.joined(separator: ", ")).")
    }
  }

  func run() throws {
    Session.keepToOneThread()
    do throws(Diagnostic) {
      try Ranks.start()
    } catch {
      Presenter(Terminal(environment: Terminal.environment())).show(error)
      throw ExitCode.programMissing
    }
    do {
      try runHere()
    } catch let code as ExitCode {
      throw ExitCode(rawValue: Ranks.finish(code: code.rawValue)) ?? code
    }
  }

  /// Runs as one rank of perhaps several; ends by an `ExitCode`.
  private func runHere() throws {
    if let code { throw runScript(SourceText(name: "<command line>", text: code)) }
    guard let file else { return }
    if file == "-" || NotebookArguments.isScript(file) {
      throw runScript { () throws(Diagnostic) in
        file == "-" ? try ScriptRunner.readStandardInput() : try ScriptRunner.read(file: file)
      }
    }
    throw NotebookRun(command: self, path: file).run()
  }

  // MARK: - Scripts

  private func runScript(_ source: @autoclosure () -> SourceText) -> ExitCode {
    runScript { () throws(Diagnostic) in source() }
  }

  private func runScript(_ read: () throws(Diagnostic) -> SourceText) -> ExitCode {
    let terminal = Terminal(environment: Terminal.environment())
    let presenter = Presenter(terminal)
    guard options.parameters.isEmpty, options.parameterFiles.isEmpty else {
      presenter.show(
        Diagnostic(.unknownParameter, "a script has no parameters; a notebook declares them"))
      return .usage
    }
    let signals = SignalWatcher(editsLines: false)
    do {
      let source = try read()
      let session = options.setup.makeSession(path: file ?? "-", seed: 0)
      let outcome = ScriptRunner(session: session, presenter: presenter, signals: signals)
        .run(source)
      return ExitCode(errors: outcome.errors, isStatic: outcome.isStatic)
    } catch {
      presenter.show(error)
      return .usage
    }
  }
}
