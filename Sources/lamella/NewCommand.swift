internal import ArgumentParser
internal import Diagnostics
internal import Notebook
internal import REPL

/// `lamella new`: a notebook to start from, which passes its own test.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write a notebook to start from.")

  @Argument(
    help: ArgumentHelp("The file to write; .nb is added when it has no ending.", valueName: "name"))
  var name: String

  func run() throws {
    let terminal = Terminal(environment: Terminal.environment())
    let path = name.hasSuffix("/") || NotebookFile.stem(of: name) == lastPart ? "\(name).nb" : name
    guard !NotebookFile.exists(path) else {
      throw ValidationError("«\(path)» exists already; nothing was written.")
    }
    do {
      try NotebookFile.makeFolder(NotebookFile.folder(of: path))
      try NotebookFile.write(
        Array(NotebookTemplate.text(title: NotebookFile.stem(of: path)).utf8), to: path)
    } catch {
      Presenter(terminal).show(error)
      throw ExitCode.usage
    }
    terminal.output.write(
      "\(path)\n")
    terminal.messages.write("run it: lamella run \(path)\ntest it: lamella test \(path)\n")
  }

  private var lastPart: String { name.split(separator: "/").last.map(String.init) ?? name }
}
