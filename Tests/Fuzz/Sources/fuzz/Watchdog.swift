import Foundation
import Synchronization

/// Interrupts a case that runs long, and ends the process when that does not help.
final class Watchdog: Sendable {
  private struct State {
    var start: ContinuousClock.Instant?
    var interrupt: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())
  private static let patience = Duration.seconds(1)
  /// From the start of the case.
  private let limit: Duration

  init(limit: Duration = .seconds(6)) {
    self.limit = limit
    let thread = Thread { [self] in
      while true {
        Thread.sleep(forTimeInterval: 0.05)
        look()
      }
    }
    thread.start()
  }

  private func look() {
    state.withLock { state in
      guard let start = state.start else { return }
      let elapsed = ContinuousClock.now - start
      if elapsed > Self.patience { state.interrupt?() }
      if elapsed > limit {
        FileHandle.standardError.write(Data("FINDING: a case does not end\n".utf8))
        abort()
      }
    }
  }

  func watch<Result>(interrupt: @escaping @Sendable () -> Void, _ body: () -> Result) -> Result {
    state.withLock {
      $0.start = .now
      $0.interrupt = interrupt
    }
    defer { state.withLock { $0.start = nil } }
    return body()
  }
}
