internal import Diagnostics
internal import Foundation
internal import Glibc
internal import JSON
internal import Notebook
internal import REPL

/// A line that waits for its answer or is being answered, and the way to stop it.
struct PendingRequest: Sendable {
  let id: JSONText
  /// The request, or why the line is none.
  let content: Result<ServeRequest, Diagnostic>
  let control = RunControl()
}

/// Reads requests on a thread of its own, so that one can stop another, and keeps them in order.
final class RequestQueue: @unchecked Sendable {
  // Safe because all mutable state is guarded by `condition`, and output by `outputLock`.
  private let condition = NSCondition()
  private let outputLock = NSLock()
  private let output: TextOutput
  private var waiting: [PendingRequest] = []
  private var running: PendingRequest?
  private var isEnded = false

  /// A longer line is refused, so that no client fills the memory by forgetting a line end.
  private static let longestLine = 256 << 20
  /// So many requests wait at most; reading stops meanwhile.
  private static let mostWaiting = 4096

  init(_ output: TextOutput) { self.output = output }

  /// Reads lines from a descriptor until it ends.
  func startReading(_ descriptor: Int32) {
    let thread = Thread { [self] in
      read(descriptor)
      condition.withLock {
        isEnded = true
        condition.broadcast()
      }
    }
    thread.start()
  }

  /// Waits for the next request, which counts as running until this is called again; nil when there
  /// will be none.
  func next() -> PendingRequest? {
    condition.withLock {
      running = nil
      while waiting.isEmpty {
        if isEnded { return nil }
        condition.wait()
      }
      running = waiting.removeFirst()
      condition.broadcast()
      return running
    }
  }

  /// Stops the request that runs, or else the next one.
  ///
  /// - Returns: whether there was one.
  @discardableResult func interrupt() -> Bool {
    let target = condition.withLock { running ?? waiting.first }
    target?.control.interrupt()
    return target != nil
  }

  /// Writes one reply. From any thread.
  func write(_ reply: JSONText) {
    outputLock.withLock { output.write(reply.line + "\n") }
  }

  // MARK: - The reading thread

  private func read(_ descriptor: Int32) {
    var line: [UInt8] = []
    var isTooLong = false
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      var rest = buffer[..<count]
      while let end = rest.firstIndex(of: 0x0a) {
        line += rest[..<end]
        rest = rest[(end + 1)...]
        take(isTooLong ? nil : line)
        line.removeAll(keepingCapacity: line.capacity <= 1 << 20)
        isTooLong = false
      }
      line += rest
      if line.count > RequestQueue.longestLine {
        isTooLong = true
        line = []
      }
    }
    if !line.isEmpty || isTooLong { take(isTooLong ? nil : line) }
  }

  /// - Parameter line: nil when it is too long to be kept.
  private func take(_ line: [UInt8]?) {
    guard let line else {
      let limit = RequestQueue.longestLine >> 20
      return refuse(.null, ServeRequest.malformed("the line is over \(limit) MiB long"))
    }
    guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }) else { return }
    let json: JSONText
    do throws(JSONFault) {
      json = try JSONText(reading: line)
    } catch {
      let sentence =
        "the line is not JSON: at byte \(error.offset), \(error.expected) is expected"
      return refuse(.null, ServeRequest.malformed(sentence))
    }
    do throws(Diagnostic) {
      let request = try ServeRequest(json)
      if request.interrupts {
        write(ServeReply(id: request.id, wasRunning: interrupt()).json)
      } else {
        enqueue(PendingRequest(id: request.id, content: .success(request)))
      }
    } catch {
      refuse(json["id"] ?? .null, error)
    }
  }

  private func refuse(_ id: JSONText, _ diagnostic: Diagnostic) {
    enqueue(PendingRequest(id: id, content: .failure(diagnostic)))
  }

  private func enqueue(_ pending: PendingRequest) {
    condition.withLock {
      while waiting.count >= RequestQueue.mostWaiting { condition.wait() }
      waiting.append(pending)
      condition.broadcast()
    }
  }
}
