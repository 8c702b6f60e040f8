internal import Glibc
internal import Synchronization

/// Turns signals into events, without signal handlers.
///
/// The signals are blocked in the thread that makes the watcher, and so in every thread made later; a thread of the
/// watcher's own waits for them. So no Swift code ever runs inside a handler, and no call of ours is cut short. Make it
/// before anything that starts threads; there is one in a process.
package final class SignalWatcher: Sendable {
  package enum Event: UInt8, Sendable {
    /// Ctrl-C.
    case interrupt
    /// The terminal has a new size.
    case resized
    /// Ctrl-Z.
    case suspend
    /// Asked to end by the system or by a terminal that went away.
    case terminate
  }

  private struct Evaluation {
    let interrupt: @Sendable () -> Void
    var count = 0
  }

  /// A read from it gives one byte, an `Event`, for each event that came while nothing was being evaluated.
  let descriptor: Int32
  private let writeEnd: Int32
  private let editsLines: Bool
  private let evaluation = Mutex<Evaluation?>(nil)

  /// - Parameter editsLines: whether a line editor stands in front, which must hear of a new size, of Ctrl-Z and of the end;
  ///   otherwise only Ctrl-C is watched, and ends the process with 130 when nothing is being evaluated.
  /// - Returns: nil when the system has no more descriptors or threads.
  package init?(editsLines: Bool) {
    self.editsLines = editsLines
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    descriptor = ends[0]
    writeEnd = ends[1]
    var signals = sigset_t()
    sigemptyset(&signals)
    let watched = editsLines ? [SIGINT, SIGWINCH, SIGTSTP, SIGTERM, SIGHUP] : [SIGINT]
    for signal in watched { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    let watcher = Unmanaged.passRetained(Start(watcher: self, signals: signals))
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.watcher.watch(start.signals)
      }, watcher.toOpaque())
    guard failure == 0 else {
      watcher.release()
      return nil
    }
    pthread_detach(thread)
  }

  /// Runs `body`; Ctrl-C calls `interrupt` meanwhile, on the watcher's thread.
  ///
  /// A third Ctrl-C ends the process with 130: the way out when something does not listen.
  package func interrupting<Result>(
    _ interrupt: @escaping @Sendable () -> Void, _ body: () -> Result
  ) -> Result {
    evaluation.withLock { $0 = Evaluation(interrupt: interrupt) }
    defer { evaluation.withLock { $0 = nil } }
    return body()
  }

  /// As if the signal had come. For tests, which have no terminal of their own to type Ctrl-C at.
  func post(_ event: Event) {
    switch event {
    case .interrupt: deliverInterrupt()
    case .suspend where isEvaluating: kill(getpid(), SIGSTOP)
    case .terminate where isEvaluating:
      evaluation.withLock { $0?.interrupt() }
      send(event)
    case .resized, .suspend, .terminate: send(event)
    }
  }

  /// The next event that came, without waiting.
  func next() -> Event? {
    var byte: UInt8 = 0
    guard read(descriptor, &byte, 1) == 1 else { return nil }
    return Event(rawValue: byte)
  }

  // MARK: - The watching thread

  private final class Start: Sendable {
    let watcher: SignalWatcher
    let signals: sigset_t

    init(watcher: SignalWatcher, signals: sigset_t) {
      self.watcher = watcher
      self.signals = signals
    }
  }

  private var isEvaluating: Bool { evaluation.withLock { $0 != nil } }

  private func watch(_ signals: sigset_t) -> Never {
    var signals = signals
    while true {
      var signal: Int32 = 0
      guard sigwait(&signals, &signal) == 0 else { continue }
      switch signal {
      case SIGINT: post(.interrupt)
      case SIGWINCH: post(.resized)
      case SIGTSTP: post(.suspend)
      default: post(.terminate)
      }
    }
  }

  private func deliverInterrupt() {
    let count: Int? = evaluation.withLock { running in
      guard running != nil else { return nil }
      running?.count += 1
      running?.interrupt()
      return running?.count
    }
    guard let count else {
      if editsLines { send(.interrupt) } else { _exit(130) }
      return
    }
    if count == 2 {
      TextOutput.standardError.write(
        "still stopping; Ctrl-C once more ends the process and loses the values\n")
    } else if count > 2 {
      _exit(130)
    }
  }

  private func send(_ event: Event) {
    TextOutput(descriptor: writeEnd).write([event.rawValue])
  }
}
