import Diagnostics
import Notebook
import Runtime
import Synchronization

/// A session of one-line commands, so that the runner is tested without the language:
///
///     print TEXT    show TEXT    figure HASH    warn TEXT    fail E0401 TEXT    hang
///
/// Other lines (`x = 1`) do nothing. `check` finds an E0201 in a line that holds `unbound`.
final class MockEvaluator: CellEvaluator {
  private struct State {
    var bound: [String] = []
    var evaluated: [String] = []
    var requests: [DisplayRequest] = []
    var interruption: DiagnosticCode?
  }

  private let state = Mutex(State())
  var bound: [String] { state.withLock { $0.bound } }
  var evaluated: [String] { state.withLock { $0.evaluated } }
  var requests: [DisplayRequest] { state.withLock { $0.requests } }

  func check(_ sources: [SourceText]) -> [[Diagnostic]] {
    sources.map { source in
      guard source.text.contains("unbound") else { return [] }
      return [
        Diagnostic(.unboundName, "`unbound` is not bound", at: Location(source, Span(0, 7)))
      ]
    }
  }

  func bind(_ name: String, to value: Value) {
    let text =
      switch value {
      case .int(let value): "\(value)"
      case .float(let value): "\(value)"
      case .bool(let value): "\(value)"
      case .string(let value): "\"\(value)\""
      default: "?"
      }
    state.withLock { $0.bound.append("\(name)=\(text)") }
  }

  func interrupt(as code: DiagnosticCode) { state.withLock { $0.interruption = code } }

  func evaluate(
    _ source: SourceText, cell: String, request: DisplayRequest,
    emit: @escaping @Sendable (SessionEvent) -> Void
  ) -> Outcome {
    state.withLock {
      $0.evaluated.append(cell)
      $0.requests.append(request)
      $0.interruption = nil
    }
    var display: DisplayItem?
    var offset = 0
    for line in source.text.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      let rest = words.count > 1 ? words[1] : ""
      let location = Location(source, Span(offset, offset + line.utf8.count))
      offset += line.utf8.count + 1
      switch words.first {
      case "print": emit(.output(rest + "\n"))
      case "show": display = DisplayItem([.init(text: rest)])
      case "figure":
        display = DisplayItem(
          [.init(mimeType: "image/svg+xml", data: Array(Self.picture.utf8))], figureHash: rest,
          alternativeText: "A line.")
      case "warn": emit(.warning(Diagnostic(.wideBroadcast, rest, at: location)))
      case "effect": emit(.effect(rest))
      case "fail":
        let parts = rest.split(separator: " ", maxSplits: 1).map(String.init)
        let code = DiagnosticCode(rawValue: parts[0]) ?? .userError
        return failure(Diagnostic(code, parts.count > 1 ? parts[1] : "failed", at: location))
      case "hang":
        while true {
          if let code = state.withLock({ $0.interruption }) {
            return failure(Diagnostic(code, "stopped", at: location))
          }
        }
      default: break
      }
    }
    return Outcome(value: nil, display: display, errors: [], isStatic: false)
  }

  private func failure(_ error: Diagnostic) -> Outcome {
    Outcome(value: nil, display: nil, errors: [error], isStatic: false)
  }

  static let picture = """
    <?xml version="1.0"?>
    <svg width="16" height="8" viewBox="0 0 16 8" xmlns="http://www.w3.org/2000/svg">
    <title>Gnuplot</title><defs><circle id='dot' r='1'/></defs><use href='#dot'/></svg>
    """
}

/// Runs a notebook in a mock session.
func run(
  _ document: NotebookDocument, on evaluator: MockEvaluator = MockEvaluator(),
  parameters: [(name: String, value: ParameterValue)] = [],
  policy: NotebookRunner.FailurePolicy = .stop, control: RunControl = RunControl(),
  emit: @escaping @Sendable (RunEvent) -> Void = { _ in }
) -> RunResult {
  makeRunner(document, on: evaluator, parameters: parameters, policy: policy, control: control)
    .run(emit: emit)
}

func makeRunner(
  _ document: NotebookDocument, on evaluator: MockEvaluator,
  parameters: [(name: String, value: ParameterValue)] = [],
  policy: NotebookRunner.FailurePolicy = .stop, control: RunControl = RunControl()
) -> NotebookRunner {
  NotebookRunner(
    document, parameters: parameters, seed: 7, policy: policy, control: control,
    evaluator: evaluator
  ) { (script: String, _: DisplayRequest) throws(Diagnostic) -> DisplayItem in
    if script.contains("system") { throw Diagnostic(.shellCommand, "no shell") }
    return DisplayItem([.init(text: "raw")], figureHash: "feed5eed")
  }
}
