internal import ArgumentParser
internal import Glibc
internal import Notebook
internal import REPL
internal import Runtime

/// `lamella serve`: runs code for another program.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run code for another program.",
    discussion: """
      Reads one JSON request a line from standard input and writes one JSON reply a line to \
      standard output, until the input ends. docs/embedding.md describes both.
      """)

  @Flag(help: "Talk over standard input and output.")
  var stdio = false

  @Option(help: "The seed of the random streams.")
  var seed: UInt64 = 0

  @Flag(help: "Let raw gnuplot commands run shell commands.")
  var allowShell = false

  @Flag(help: "Make the evaluator's warnings errors.")
  var strict = false

  func validate() throws {
    guard stdio else {
      throw ValidationError("how shall requests come? `lamella serve --stdio` reads them.")
    }
  }

  func run() throws {
    Session.keepToOneThread()
    let signals = SignalWatcher(editsLines: false)
    // A reader that goes away ends the output, not the process in the middle of a file.
    signal(SIGPIPE, SIG_IGN)
    let queue = RequestQueue(TextOutput.standardOutput)
    queue.startReading(STDIN_FILENO)
    let (seed, allowShell, strict) = (seed, allowShell, strict)
    let server = RequestServer {
      lamella.makeSession(
        workingFolder: ".", seed: seed, allowShell: allowShell, isStrict: strict)
    }
    defer { server.removeFiles() }
    while let pending = queue.next() {
      let answer = { queue.write(server.answer(pending)) }
      signals?.interrupting({ queue.interrupt() }, answer) ?? answer()
    }
  }
}
