import Diagnostics
import Foundation
import Notebook
import Runtime

/// The notebook reader and the exporters. Cells are not run by the language: an evaluator stands in
/// that prints back its
/// code, so that pages have something to show.
final class NotebookTarget: FuzzTarget {
  private let mutator: Mutator
  private let watchdog = Watchdog()
  var isFresh: Bool { true }

  init(root: String) {
    mutator = Mutator(Corpus.notebooks(root), isText: true)
    // Formulas are typeset by another program, which is not what is fuzzed.
    setenv("PATH", "", 1)
  }

  func makeCase(_ random: inout RandomSource) -> [UInt8] { mutator.input(&random) }

  func run(_ bytes: [UInt8]) -> String? {
    watchdog.watch(interrupt: {}) {
      let result = NotebookReader.read(bytes: bytes, name: "case.nb")
      for error in result.errors { _ = DiagnosticRenderer.render(error, colour: false) }
      guard let document = result.document else {
        return result.errors.isEmpty ? "no document and no error" : nil
      }
      let runner = NotebookRunner(
        document, parameters: [], seed: 1, policy: .continue, evaluator: EchoEvaluator(),
        draw: { script, _ in DisplayItem([.init(text: script)]) })
      _ = runner.check()
      let run = runner.run { _ in }
      let context = ExportContext(notebookFolder: "/nonexistent", versions: [("fuzz", "1")])
      for exporter in ExporterTable.all { _ = exporter.page(run, context) }
      _ = run.record(context)
      return nil
    }
  }
}

/// Prints the text of each cell.
private final class EchoEvaluator: CellEvaluator {
  func check(_ sources: [SourceText]) -> [[Diagnostic]] { sources.map { _ in [] } }
  func bind(_ name: String, to value: Value) {}
  func interrupt(as code: DiagnosticCode) {}

  func evaluate(
    _ source: SourceText, cell: String, request: DisplayRequest,
    emit: @escaping @Sendable (SessionEvent) -> Void
  ) -> Outcome {
    emit(.output(source.text))
    let svg = DisplayItem.Representation(mimeType: "image/svg+xml", data: source.bytes)
    return Outcome(
      value: nil, display: DisplayItem([svg, .init(text: source.text)]), errors: [], isStatic: false
    )
  }
}
