import Glibc
import Runtime

@testable import REPL

/// The prompt on a pseudo-terminal, and the person who types at it.
final class PseudoTerminal {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let master: Int32
  private let watcher: SignalWatcher?
  private let thread: pthread_t
  /// What appeared and was not waited for yet, without control sequences and carriage returns.
  private var unread: [UInt8] = []
  /// The beginning of a control sequence whose rest has not come.
  private var unfinished: [UInt8] = []

  /// Starts the prompt on a thread of its own, with the session made there.
  init(historyPath: String? = nil, makeSession: @escaping @Sendable () -> Session) throws {
    var ends: (master: Int32, slave: Int32) = (-1, -1)
    var window = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&ends.master, &ends.slave, nil, nil, &window) == 0 else {
      throw Failure(description: "there is no pseudo-terminal to be had")
    }
    master = ends.master
    let slave = ends.slave
    let watcher = SignalWatcher(listeningTo: [], editsLines: true)
    self.watcher = watcher
    let output = TextOutput(descriptor: slave)
    let terminal = Terminal(
      input: slave, output: output, messages: output,
      environment: ["TERM": "dumb", "LANG": "C.UTF-8"])
    thread = startThread {
      ReplLoop(
        session: makeSession(), terminal: terminal, signals: watcher, historyPath: historyPath
      ).run(greeting: "")
      close(slave)
    }
  }

  /// Hangs up and waits for the prompt to notice: the next one shares readline's state with it.
  deinit {
    interrupt()
    close(master)
    pthread_join(thread, nil)
  }

  /// Types text as it is; `\r` is Return.
  func type(_ text: String) { TextOutput(descriptor: master).write(text) }

  /// Types a line and Return, once the prompt is there.
  func enter(_ line: String) throws {
    try expect("λ> ")
    type(line + "\r")
  }

  /// Ctrl-C, as the watcher reports it; no terminal makes it a signal here.
  func interrupt() { watcher?.post(.interrupt) }

  /// Waits until `text` appears after what was last waited for, and gives what came before it.
  @discardableResult
  func expect(_ text: String, seconds: Int = 20) throws -> String {
    let wanted = Array(text.utf8)
    let deadline = ContinuousClock().now + .seconds(seconds)
    while true {
      if let start = unread.indices.first(where: { unread[$0...].starts(with: wanted) }) {
        let before = String(decoding: unread[..<start], as: UTF8.self)
        unread.removeFirst(start + wanted.count)
        return before
      }
      guard receive(until: deadline) else {
        let seen = String(decoding: unread, as: UTF8.self)
        throw Failure(description: "waited for «\(text)» but saw «\(seen)»")
      }
    }
  }

  /// Waits until the prompt has let go of the terminal.
  func expectEnd(seconds: Int = 20) throws {
    let deadline = ContinuousClock().now + .seconds(seconds)
    while receive(until: deadline) {}
    guard ContinuousClock().now < deadline else {
      throw Failure(description: "the prompt does not end")
    }
  }

  /// Takes what appears; false when the time is over or the other end is closed.
  private func receive(until deadline: ContinuousClock.Instant) -> Bool {
    let left = Int32((deadline - ContinuousClock().now) / .milliseconds(1))
    var source = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard left > 0, poll(&source, 1, left) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    take(unfinished + buffer[..<count])
    return true
  }

  private func take(_ bytes: [UInt8]) {
    unfinished = []
    var rest = bytes[...]
    while let byte = rest.first {
      if byte == UInt8(ascii: "\u{1b}") {
        let body = rest.dropFirst(2)
        guard let end = body.firstIndex(where: { (0x40...0x7e).contains($0) }) else {
          unfinished = Array(rest)
          return
        }
        rest = rest[(end + 1)...]
      } else {
        if byte != UInt8(ascii: "\r") { unread.append(byte) }
        rest = rest.dropFirst()
      }
    }
  }
}

private final class Work: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs `work` on a new thread; readline wants one that is its own.
private func startThread(_ work: @escaping @Sendable () -> Void) -> pthread_t {
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
      return nil
    }, Unmanaged.passRetained(Work(work)).toOpaque())
  return thread
}
