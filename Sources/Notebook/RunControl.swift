internal import Diagnostics
internal import Foundation
internal import Synchronization

/// Stops a run from outside: Ctrl-C, or a cell's time limit.
///
/// While a cell runs, an interruption is repeated until the cell ends, so none is lost that arrives
/// just before the
/// evaluation begins; after it ends nothing is sent, so none strikes the next cell.
package final class RunControl: Sendable {
  private struct State {
    var evaluator: (any CellEvaluator)?
    /// Counts the cells watched, so that a watching thread knows when its cell is over.
    var cell = 0
    var cause: DiagnosticCode?
    var isInterrupted = false
  }

  private let state = Mutex(State())
  /// Seconds between two looks of a watching thread.
  private static let step = 0.02

  package init() {}

  /// Whether the user asked to stop.
  package var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

  /// Stops the run: the running cell ends with E0503 and no other begins. Callable from any thread.
  package func interrupt() {
    let cell: Int? = state.withLock { state in
      state.isInterrupted = true
      guard let evaluator = state.evaluator else { return nil }
      let cause = state.cause ?? .interrupted
      state.cause = cause
      evaluator.interrupt(as: cause)
      return state.cell
    }
    if let cell { watch(cell, from: 0) }
  }

  /// Runs `body`, which evaluates a cell, and stops it with E0504 after `seconds`.
  package func watching<Result>(
    _ evaluator: any CellEvaluator, seconds: Double?, _ body: () -> Result
  ) -> Result {
    let (cell, isInterrupted) = state.withLock { state in
      state.evaluator = evaluator
      state.cell += 1
      state.cause = state.isInterrupted ? .interrupted : nil
      return (state.cell, state.isInterrupted)
    }
    defer {
      state.withLock {
        $0.evaluator = nil
        $0.cause = nil
      }
    }
    if let seconds { watch(cell, from: seconds) }
    if isInterrupted { watch(cell, from: 0) }
    return body()
  }

  /// From `seconds` on, interrupts the cell now and again until it ends.
  ///
  /// A thread of its own: whatever runs the cell may keep every shared one busy.
  private func watch(_ cell: Int, from seconds: Double) {
    let thread = Thread { [self] in
      let start = ContinuousClock.now
      let limit = Duration.seconds(seconds)
      while true {
        let isOver = state.withLock { state in
          guard state.cell == cell, let evaluator = state.evaluator else { return true }
          guard ContinuousClock.now - start >= limit else { return false }
          let cause = state.cause ?? .timedOut
          state.cause = cause
          evaluator.interrupt(as: cause)
          return false
        }
        guard !isOver else { return }
        Thread.sleep(forTimeInterval: Self.step)
      }
    }
    thread.start()
  }
}
