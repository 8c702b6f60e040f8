package import Diagnostics
package import Runtime
internal import Synchronization
internal import Syntax

/// Runs a notebook top to bottom in one fresh session.
package struct NotebookRunner: Sendable {
  /// What happens after a cell fails.
  package enum FailurePolicy: String, CaseIterable, Sendable {
    /// Nothing more runs; what ran is exported.
    case stop
    /// Cells that do not need what the failed cell defines still run.
    case `continue`
    /// Nothing more runs and nothing is exported.
    case abort
  }

  package let document: NotebookDocument
  package let parameters: [(name: String, value: ParameterValue)]
  package let seed: UInt64
  package let policy: FailurePolicy
  package let control: RunControl
  private let evaluator: any CellEvaluator
  private let draw: FigureDrawer

  /// Draws the script of a raw gnuplot cell.
  package typealias FigureDrawer =
    @Sendable (_ script: String, DisplayRequest) throws(Diagnostic) -> DisplayItem

  /// - Parameters:
  ///   - parameters: a value for each parameter of the front matter; see `FrontMatter.resolve`.
  ///   - evaluator: a fresh session, made with `seed`.
  ///   - draw: draws raw gnuplot cells.
  package init(
    _ document: NotebookDocument, parameters: [(name: String, value: ParameterValue)],
    seed: UInt64, policy: FailurePolicy = .stop, control: RunControl = RunControl(),
    evaluator: any CellEvaluator, draw: @escaping FigureDrawer
  ) {
    self.document = document
    self.parameters = parameters
    self.seed = seed
    self.policy = policy
    self.control = control
    self.evaluator = evaluator
    self.draw = draw
  }

  /// Parses and resolves every cell that will run; nothing runs. With an error here, `run` must not
  /// be called.
  ///
  /// The errors of a cell that is to fail (`error:`) are not among them.
  package func check() -> [Diagnostic] {
    for (name, value) in parameters { evaluator.bind(name, to: value.value) }
    let cells = document.cells.filter { $0.options.isEvaluated && $0.language == .lamella }
    let found = evaluator.check(cells.map(\.code))
    return zip(cells, found).flatMap { cell, diagnostics in
      cell.options.failure == .none ? diagnostics : []
    }
  }

  /// Runs the cells. Call `check` first: it also binds the parameters.
  ///
  /// - Parameter emit: told what happens, in order; output arrives on the evaluator's thread while
  ///   the cell runs.
  package func run(emit: @escaping @Sendable (RunEvent) -> Void) -> RunResult {
    emit(.began(cells: document.cells.count))
    var results: [CellResult] = []
    var dependencies = Dependencies()
    var hasStopped = false
    for cell in document.cells {
      let names = policy == .continue ? cell.names : nil
      var result: CellResult
      if !cell.options.isEvaluated {
        result = CellResult(cell: cell, status: .notEvaluated)
      } else if hasStopped || control.isInterrupted {
        result = CellResult(cell: cell, status: .notReached)
      } else if let missing = names.flatMap({ dependencies.brokenName(neededBy: $0) }) {
        result = CellResult(cell: cell, status: .skipped)
        result.missing = missing
      } else {
        emit(.cellBegan(cell))
        result = evaluate(cell, emit: emit)
        if result.status == .failed, policy != .continue { hasStopped = true }
      }
      if let names, cell.options.isEvaluated {
        if result.status == .done {
          dependencies.succeeded(names)
        } else {
          dependencies.failed(names, cell: cell.title)
        }
      }
      emit(.cellEnded(result))
      results.append(result)
    }
    return RunResult(
      document: document, parameters: parameters, seed: seed, cells: results,
      ending: ending(of: results))
  }

  private func ending(of results: [CellResult]) -> RunResult.Ending {
    if control.isInterrupted { return .interrupted }
    guard let error = results.first(where: { $0.status == .failed })?.errors.first else {
      return results.contains { $0.status == .failed } ? .failed : .done
    }
    return error.code == .timedOut ? .timedOut : .failed
  }

  // MARK: - One cell

  private func evaluate(
    _ cell: Cell, emit: @escaping @Sendable (RunEvent) -> Void
  ) -> CellResult {
    let recording = Recording()
    let start = ContinuousClock.now
    let outcome = control.watching(evaluator, seconds: cell.options.timeoutSeconds) {
      evaluate(cell, request(for: cell)) { event in
        recording.add(event)
        switch event {
        case .output(let text): emit(.output(cell, text))
        case .display(let item): emit(.item(cell, item))
        case .warning(let diagnostic): emit(.warning(cell, diagnostic))
        case .effect: break
        }
      }
    }
    if let item = outcome.display {
      recording.add(.display(item))
      emit(.item(cell, item))
    }
    var result = CellResult(cell: cell, status: .done)
    let elapsed = (ContinuousClock.now - start).components
    result.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    (result.pieces, result.effects) = recording.contents
    (result.status, result.errors) = judge(cell, outcome.errors)
    if result.status == .done { result.claim = ClaimOutcome(result) }
    return result
  }

  private func evaluate(
    _ cell: Cell, _ request: DisplayRequest, emit: @escaping @Sendable (SessionEvent) -> Void
  ) -> Outcome {
    switch cell.language {
    case .lamella:
      return evaluator.evaluate(cell.code, cell: cell.name, request: request, emit: emit)
    case .gnuplot:
      do {
        let item = try draw(cell.code.text, request)
        return Outcome(value: nil, display: item, errors: [], isStatic: false)
      } catch {
        var error = error
        error.location = error.location ?? Location(cell.code, cell.code.firstLineSpan)
        return Outcome(value: nil, display: nil, errors: [error], isStatic: false)
      }
    }
  }

  /// Whether the cell did what it was to do, and the errors to show.
  private func judge(_ cell: Cell, _ errors: [Diagnostic]) -> (CellResult.Status, [Diagnostic]) {
    let wasStopped = errors.contains { $0.code == .interrupted || $0.code == .timedOut }
    guard !wasStopped else { return (.failed, errors) }
    switch (cell.options.failure, errors.first) {
    case (.none, nil): return (.done, [])
    case (.none, .some): return (.failed, errors)
    case (.any, .some): return (.done, errors)
    case (.code(let code), let first?) where first.code == code: return (.done, errors)
    case (.any, nil), (.code, _):
      return (.failed, [cell.failureMissed(errors, document.source)] + errors)
    }
  }

  /// How the cell's figures are drawn.
  private func request(for cell: Cell) -> DisplayRequest {
    let figures = document.frontMatter.figures
    let format = cell.options.figureFormat ?? figures.format
    let other: FigureFormat = format == .svg ? .png : .svg
    var size = figures.size
    if cell.options.figureWidth != nil || cell.options.figureHeight != nil {
      let (width, height) = size ?? (width: 640, height: 400)
      // One side given keeps the proportions.
      let newWidth =
        cell.options.figureWidth ?? (cell.options.figureHeight ?? height) * width / height
      let newHeight = cell.options.figureHeight ?? newWidth * height / width
      size = (max(16, newWidth), max(16, newHeight))
    }
    return DisplayRequest(
      pictureTypes: [format.mimeType, other.mimeType, "text/plain"], size: size)
  }
}

/// What a running cell has shown so far.
private final class Recording: Sendable {
  private struct State {
    var pieces: [CellResult.Piece] = []
    var effects: [String] = []
    var outputBytes = 0
  }

  /// Text past this is shown as it comes but not kept.
  private static let limit = 8 << 20
  private let state = Mutex(State())

  func add(_ event: SessionEvent) {
    state.withLock { state in
      switch event {
      case .output(let text):
        Self.append(text, to: &state)
      case .display(let item):
        state.pieces.append(.item(item))
      case .warning(let diagnostic):
        state.pieces.append(.warning(diagnostic))
      case .effect(let description):
        if !state.effects.contains(description) { state.effects.append(description) }
      }
    }
  }

  private static func append(_ text: String, to state: inout State) {
    guard state.outputBytes <= limit else { return }
    state.outputBytes += text.utf8.count
    let text = state.outputBytes <= limit ? text : text.prefix(4096) + "\n… cut after 8 MiB\n"
    if case .output(var joined)? = state.pieces.last {
      state.pieces.removeLast()
      joined += text
      state.pieces.append(.output(joined))
    } else {
      state.pieces.append(.output(text))
    }
  }

  var contents: (pieces: [CellResult.Piece], effects: [String]) {
    state.withLock { ($0.pieces, $0.effects) }
  }
}

extension Cell {
  /// What the cell defines and mentions.
  var names: CellNames {
    switch language {
    case .lamella: CellNames(Parser.parse(code).statements)
    case .gnuplot: CellNames([])
    }
  }

  /// The E0612 of a cell that was to fail.
  func failureMissed(_ errors: [Diagnostic], _ source: SourceText) -> Diagnostic {
    let wanted =
      switch options.failure {
      case .none, .any: "should fail"
      case .code(let code): "should fail with \(code.rawValue)"
      }
    let found = errors.first.map { "fails with \($0.code.rawValue)" } ?? "runs to its end"
    return Diagnostic(
      .cellDidNotFail, "\(title) \(wanted), but \(found)",
      at: Location(source, Span(fence.info.lowerBound, fence.info.upperBound)),
      hint: "the option `error` says that a cell must fail")
  }
}

extension SourceText {
  /// The first line, without its line end.
  var firstLineSpan: Span { Span(0, bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count) }
}
