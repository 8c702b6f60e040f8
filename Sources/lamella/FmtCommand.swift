internal import ArgumentParser
internal import Diagnostics
internal import Notebook
internal import REPL
internal import Syntax

/// `lamella fmt`: one canonical layout of code; the prose of notebooks is left byte for byte.
struct FmtCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Lay out the code of notebooks and scripts.",
    discussion:
      "Files are rewritten in place. With --check none is, and the exit code is 1 if one would be.")

  @ArgumentParser.Argument(help: ArgumentHelp("Notebooks and scripts.", valueName: "file"))
  var files: [String]

  @Flag(help: "Only name the files whose layout is not canonical.")
  var check = false

  func run() throws {
    let terminal = Terminal(environment: Terminal.environment())
    let presenter = Presenter(terminal)
    var code = ExitCode.done
    for path in files {
      do {
        guard let bytes = try formatted(path) else { continue }
        if check {
          code = code == .done ? .cellFailed : code
        } else {
          do {
            try NotebookFile.write(bytes, to: path)
          } catch {
            throw DiagnosticList([error], isOfFile: true)
          }
        }
        terminal.output.write(path + "\n")
      } catch let list as DiagnosticList {
        for diagnostic in list.diagnostics { presenter.show(diagnostic) }
        code = code == .usage || list.isOfFile ? .usage : .notResolved
      }
    }
    throw code
  }

  /// The file in canonical layout; nil when it is so already.
  private func formatted(_ path: String) throws(DiagnosticList) -> [UInt8]? {
    if NotebookArguments.isScript(path) {
      let source: SourceText
      do {
        source = try ScriptRunner.read(file: path)
      } catch {
        throw DiagnosticList([error], isOfFile: true)
      }
      let text = try layout(source, endsWithNewline: true)
      return text == source.text ? nil : Array(text.utf8)
    }
    let document = try NotebookArguments.read(path)
    var writer = NotebookWriter(document)
    var problems: [Diagnostic] = []
    for cell in document.cells where cell.language == .lamella && cell.options.isEvaluated {
      do {
        let text = try layout(cell.code, endsWithNewline: true)
        if text != cell.code.text { writer.replaceCode(of: cell, with: text) }
      } catch {
        // A cell that is to fail may do so by its syntax.
        if cell.options.failure == .none { problems += error.diagnostics }
      }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems, isOfFile: false) }
    let bytes = writer.bytes
    return bytes == document.source.bytes ? nil : bytes
  }

  private func layout(
    _ source: SourceText, endsWithNewline: Bool
  ) throws(DiagnosticList) -> String {
    switch Formatter.format(source, endsWithNewline: endsWithNewline) {
    case .success(let text): return text
    case .failure(let errors):
      throw DiagnosticList(errors.list.map { $0.diagnostic(in: source) }, isOfFile: false)
    }
  }
}
