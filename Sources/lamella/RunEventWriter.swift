internal import Diagnostics
internal import JSON
internal import Notebook
internal import REPL
internal import Runtime

/// `--json`: a run as one JSON object a line, for programs.
struct RunEventWriter: Sendable {
  private let output: TextOutput

  init(_ output: TextOutput) { self.output = output }

  func began(_ runner: NotebookRunner) {
    line(
      "began",
      [
        ("notebook", .string(runner.document.source.name)),
        ("cells", .int(runner.document.cells.count)), ("seed", .string(String(runner.seed))),
        ("parameters", .object(runner.parameters.map { ($0.name, $0.value.json) })),
      ])
  }

  func write(_ event: RunEvent) {
    switch event {
    case .began:
      break
    case .cellBegan(let cell):
      line("cell", [name(cell), ("line", .int(cell.code.firstLine))])
    case .output(let cell, let text):
      line("output", [name(cell), ("text", .string(text))])
    case .item(let cell, let item):
      write(item, of: cell)
    case .warning(let cell, let diagnostic):
      line("warning", [name(cell), ("warning", diagnostic.json)])
    case .cellEnded(let result):
      var fields = [
        name(result.cell), ("status", .string(result.status.rawValue)),
        ("errors", .array(result.errors.map(\.json))),
      ]
      if let claim = result.claim { fields.append(("claimHolds", .bool(claim.isMet))) }
      fields.append(("seconds", .number(result.seconds)))
      line("cellEnded", fields)
    }
  }

  func ended(_ result: RunResult, _ code: ExitCode, _ files: [String]) {
    line(
      "ended",
      [
        ("ending", .string(result.ending.word)), ("exit", .int(Int(code.rawValue))),
        ("files", .array(files.map(JSONText.string))),
      ])
  }

  /// The notebook was not run.
  func failed(_ diagnostics: [Diagnostic], _ code: ExitCode) {
    line(
      "rejected",
      [("errors", .array(diagnostics.map(\.json))), ("exit", .int(Int(code.rawValue)))])
  }

  private func write(_ item: DisplayItem, of cell: Cell) {
    guard item.isFigure else {
      line("value", [name(cell), ("text", .string(item.plainText))])
      return
    }
    line(
      "figure",
      [
        name(cell), ("hash", item.figureHash.map(JSONText.string) ?? .null),
        ("alt", item.alternativeText.map(JSONText.string) ?? .null),
      ])
  }

  private func name(_ cell: Cell) -> (key: String, value: JSONText) { ("cell", .string(cell.name)) }

  private func line(_ event: String, _ fields: [(key: String, value: JSONText)]) {
    output.write(JSONText.object([("event", .string(event))] + fields).line + "\n")
  }
}
