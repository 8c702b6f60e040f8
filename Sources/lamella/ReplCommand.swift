internal import ArgumentParser
internal import Diagnostics
internal import REPL
internal import Runtime

/// `lamella` alone: the REPL at a terminal, a script from standard input otherwise.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "Work at a prompt; or run a script from standard input.")

  @Option(help: "The seed of the random streams.")
  var seed: UInt64 = 0

  @Flag(help: "Make the evaluator's warnings errors.")
  var strict = false

  @Flag(help: "Let raw gnuplot commands run shell commands.")
  var allowShell = false

  func run() throws {
    Session.keepToOneThread()
    let terminal = Terminal(environment: Terminal.environment())
    let signals = SignalWatcher(editsLines: terminal.isInteractive)
    let session = makeSession(
      workingFolder: ".", seed: seed, allowShell: allowShell, isStrict: strict)
    if terminal.isInteractive {
      let loop = ReplLoop(
        session: session, terminal: terminal, signals: signals,
        historyPath: ReplLoop.defaultHistoryPath(Terminal.environment()))
      return loop.run(
        greeting: "Lamella \(VersionCommand.version)  "
          + ":help for the commands, ?name for documentation, Ctrl-D to leave")
    }
    let presenter = Presenter(terminal)
    do {
      let source = try ScriptRunner.readStandardInput()
      let runner = ScriptRunner(session: session, presenter: presenter, signals: signals)
      let outcome = runner.run(source)
      throw ExitCode(errors: outcome.errors, isStatic: outcome.isStatic)
    } catch let diagnostic as Diagnostic {
      presenter.show(diagnostic)
      throw ExitCode.usage
    }
  }
}
