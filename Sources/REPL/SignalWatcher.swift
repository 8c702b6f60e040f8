internal import Glibc
internal import Synchronization

/// Turns signals into events.
///
/// A signal's handler does nothing but write its number to a pipe; a thread of the watcher's own
/// reads the pipe and acts.
/// The signals are blocked in the thread that makes the watcher, and so in every thread made later,
/// so that no call of
/// ours is cut short. (Threads that libraries started before do take them: blocking and waiting
/// alone is not enough.)
/// Make it before anything that starts threads; there is one in a process.
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

  /// A read from it gives one byte, an `Event`, for each event that came while nothing was being
  /// evaluated.
  let descriptor: Int32
  private let writeEnd: Int32
  private let editsLines: Bool
  private let evaluation = Mutex<Evaluation?>(nil)

  /// - Parameter editsLines: whether a line editor stands in front, which must hear of a new size,
  ///   of Ctrl-Z and of the end;
  ///   otherwise only Ctrl-C is watched, and ends the process with 130 when nothing is being
  ///   evaluated.
  /// - Returns: nil when the system has no more descriptors or threads.
  package convenience init?(editsLines: Bool) {
    self.init(
      listeningTo: editsLines ? [SIGINT, SIGWINCH, SIGTSTP, SIGTERM, SIGHUP] : [SIGINT],
      editsLines: editsLines)
  }

  /// - Parameter signals: may be empty; then only `post` brings events.
  init?(listeningTo signals: [Int32], editsLines: Bool) {
    self.editsLines = editsLines
    guard let events = Pipe() else { return nil }
    descriptor = events.readEnd
    writeEnd = events.writeEnd
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    guard signals.isEmpty || listen(to: signals) else { return nil }
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

  private struct Pipe {
    let readEnd: Int32
    let writeEnd: Int32

    init?() {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return nil }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      readEnd = ends[0]
      writeEnd = ends[1]
    }
  }

  /// Where the handler writes. Made before the handler is installed: in it, this is a load.
  private static let signalPipe = Pipe()

  private final class Start: Sendable {
    let watcher: SignalWatcher
    let signals: sigset_t
    let source: Int32

    init(watcher: SignalWatcher, signals: sigset_t, source: Int32) {
      self.watcher = watcher
      self.signals = signals
      self.source = source
    }
  }

  private func listen(to signals: [Int32]) -> Bool {
    guard let pipe = Self.signalPipe else { return false }
    // A full pipe must not hold a handler up.
    _ = fcntl(pipe.writeEnd, F_SETFL, O_NONBLOCK)
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let start = Unmanaged.passRetained(
      Start(watcher: self, signals: set, source: pipe.readEnd))
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        var signals = start.signals
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        start.watcher.watch(start.source)
      }, start.toOpaque())
    guard failure == 0 else {
      start.release()
      return false
    }
    pthread_detach(thread)
    for signal in signals { Self.install(signal) }
    return true
  }

  private static func install(_ signal: Int32) {
    var action = sigaction()
    action.sa_flags = SA_RESTART
    action.__sigaction_handler.sa_handler = { number in
      let saved = errno
      var byte = UInt8(truncatingIfNeeded: number)
      if let pipe = SignalWatcher.signalPipe { _ = Glibc.write(pipe.writeEnd, &byte, 1) }
      errno = saved
    }
    sigaction(signal, &action, nil)
  }

  private var isEvaluating: Bool { evaluation.withLock { $0 != nil } }

  private func watch(_ source: Int32) -> Never {
    while true {
      var byte: UInt8 = 0
      guard read(source, &byte, 1) == 1 else { continue }
      switch Int32(byte) {
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
