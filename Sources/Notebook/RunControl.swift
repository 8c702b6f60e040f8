internal import Diagnostics
internal import Dispatch
internal import Synchronization

/// Stops a run from outside: Ctrl-C, or a cell's time limit.
///
/// While a cell runs, an interruption is repeated until the cell ends, so none is lost that arrives just before the
/// evaluation begins; after it ends nothing is sent, so none strikes the next cell.
package final class RunControl: Sendable {
  private struct State {
    var evaluator: (any CellEvaluator)?
    var cause: DiagnosticCode?
    var isInterrupted = false
  }

  private let state = Mutex(State())
  private static let repetition = DispatchTimeInterval.milliseconds(50)

  package init() {}

  /// Whether the user asked to stop.
  package var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

  /// Stops the run: the running cell ends with E0503 and no other begins. Callable from any thread.
  package func interrupt() {
    state.withLock {
      $0.isInterrupted = true
      $0.cause = $0.cause ?? .interrupted
    }
    send()
  }

  /// Runs `body`, which evaluates a cell, and stops it with E0504 after `seconds`.
  func watching<Result>(
    _ evaluator: any CellEvaluator, seconds: Double?, _ body: () -> Result
  ) -> Result {
    state.withLock {
      $0.evaluator = evaluator
      $0.cause = $0.isInterrupted ? .interrupted : nil
    }
    var timer: DispatchWorkItem?
    if let seconds {
      let work = DispatchWorkItem { [self] in
        state.withLock { $0.cause = $0.cause ?? .timedOut }
        send()
      }
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: work)
      timer = work
    }
    defer {
      timer?.cancel()
      state.withLock {
        $0.evaluator = nil
        $0.cause = nil
      }
    }
    if isInterrupted { send() }
    return body()
  }

  /// Interrupts the evaluator now and again until the cell ends.
  private func send() {
    let isSent = state.withLock { state in
      guard let evaluator = state.evaluator, let cause = state.cause else { return false }
      evaluator.interrupt(as: cause)
      return true
    }
    guard isSent else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.repetition) { [self] in send() }
  }
}
