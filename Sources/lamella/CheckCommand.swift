internal import ArgumentParser
internal import Diagnostics
internal import JSON
internal import Notebook
internal import REPL
internal import Runtime

/// `lamella check`: everything that can be found without running anything.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check notebooks and scripts without running them.")

  @Argument(help: ArgumentHelp("Notebooks and scripts.", valueName: "file"))
  var files: [String]

  @Flag(help: "Make the evaluator's warnings errors.")
  var strict = false

  @Flag(help: "Write one JSON object a problem to standard output.")
  var json = false

  func run() throws {
    let terminal = Terminal(environment: Terminal.environment())
    let presenter = Presenter(terminal)
    var code = ExitCode.done
    for path in files {
      do {
        let problems = try problems(of: path)
        guard !problems.isEmpty else { continue }
        throw DiagnosticList(problems, isOfFile: false)
      } catch let list as DiagnosticList {
        code = code == .usage || list.isOfFile ? .usage : .notResolved
        for diagnostic in list.diagnostics {
          if json {
            terminal.output.write(diagnostic.json.line + "\n")
          } else {
            presenter.show(diagnostic)
          }
        }
      }
    }
    throw code
  }

  private func problems(of path: String) throws(DiagnosticList) -> [Diagnostic] {
    let setup = NotebookSetup(isStrict: strict)
    if NotebookArguments.isScript(path) {
      do {
        let source = try ScriptRunner.read(file: path)
        return setup.makeSession(path: path, seed: 0).check([source]).flatMap { $0 }
      } catch {
        throw DiagnosticList([error], isOfFile: true)
      }
    }
    let document = try NotebookArguments.read(path)
    let session = setup.makeSession(path: path, seed: document.frontMatter.seed)
    return setup.makeRunner(
      document, path: path, values: document.frontMatter.placeholders, session: session
    ).check()
  }
}
