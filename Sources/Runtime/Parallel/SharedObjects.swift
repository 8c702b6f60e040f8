internal import CMachine
internal import Synchronization

/// Whether more threads than one may touch objects of the machine: counting them is then atomic.
enum SharedObjects {
  private struct State {
    var sessions = 0
    /// What holds apart from loops over items.
    var isShared = true
    /// Loops over items that run on several threads.
    var loops = 0
  }

  private static let state = Mutex(State())

  /// Until there is a second session, or a loop over items.
  static func keepToOneThread() {
    change { state in
      if state.sessions == 0 { state.isShared = false }
    }
  }

  static func noteNewSession() {
    change { state in
      state.sessions += 1
      if state.sessions > 1 { state.isShared = true }
    }
  }

  /// Runs a loop in which several machines run the same code.
  static func whileShared<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    change { $0.loops += 1 }
    lm_share_code(1)
    defer {
      lm_share_code(-1)
      change { $0.loops -= 1 }
    }
    return try body()
  }

  private static func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      lm_share_objects(state.isShared || state.loops > 0)
    }
  }
}
