internal import Diagnostics
internal import Foundation
internal import JSON
internal import Notebook
internal import Runtime
internal import Synchronization

/// Answers requests one after another; keeps a session between them.
final class RequestServer {
  private let makeSession: () -> Session
  private var session: Session?
  private var count = 0
  /// Made when the first file is written that has no other folder.
  private var temporaryFolder: String?

  /// - Parameter makeSession: makes a session without names, whose folder is the process's.
  init(makeSession: @escaping () -> Session) { self.makeSession = makeSession }

  /// Runs a request to its end. Whatever it holds, there is a reply.
  func answer(_ pending: PendingRequest) -> JSONText {
    count += 1
    var reply = ServeReply(id: pending.id)
    do throws(Diagnostic) {
      try run(try pending.content.get(), pending.control, &reply)
    } catch {
      reply.fail([error])
    }
    return reply.json
  }

  /// Removes the files that went to no folder of the client's.
  func removeFiles() {
    if let temporaryFolder { try? FileManager.default.removeItem(atPath: temporaryFolder) }
  }

  private func run(
    _ request: ServeRequest, _ control: RunControl, _ reply: inout ServeReply
  ) throws(Diagnostic) {
    if request.resets { session = nil }
    let session: Session
    if request.isFresh {
      session = makeSession()
    } else {
      session = self.session ?? makeSession()
      self.session = session
    }
    let reader = ValueReader()
    var inputs: [(name: String, value: Value)] = []
    for input in request.inputs { inputs.append((input.name, try reader.value(input.value))) }
    for input in inputs { session.bind(input.name, to: input.value) }
    let writer = ValueWriter(folder: folder(of: request))
    let source = SourceText(name: "request \(request.id.line)", text: request.code)
    let events = EventLog()
    let pictures = DisplayRequest(pictureTypes: ["image/svg+xml"])
    let outcome = control.watching(session, seconds: request.timeout) {
      session.evaluate(
        source, cell: request.cell ?? "request \(request.id.line)", request: pictures
      ) { events.add($0) }
    }
    try reply.add(events.all, writer)
    if !outcome.errors.isEmpty { return reply.fail(outcome.errors) }
    if let names = request.outputs {
      let bindings = Dictionary(
        session.bindings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
      for name in names {
        guard let value = bindings[name] else {
          throw Diagnostic(
            .unboundName, "`\(name)` in \"outputs\" has no value after the code has run",
            hint: Suggestion.nearest(to: name, among: Array(bindings.keys)).map {
              "did you mean `\($0)`?"
            })
        }
        reply.outputs.append((name, try writer.json(value, name: name)))
      }
    } else if let value = outcome.value {
      reply.outputs.append(("result", try writer.json(value, name: "result")))
      if let shown = outcome.display { reply.shown = shown.plainText }
    }
  }

  /// Where the files of a request go: its own folder, or one of its number in a temporary folder.
  private func folder(of request: ServeRequest) -> String {
    if let folder = request.folder { return folder }
    let temporary =
      temporaryFolder
      ?? FileManager.default.temporaryDirectory
      .appendingPathComponent("lamella-\(UUID().uuidString)").path
    temporaryFolder = temporary
    return "\(temporary)/\(count)"
  }
}

/// What happened while code ran.
private final class EventLog: Sendable {
  private let events = Mutex<[SessionEvent]>([])

  var all: [SessionEvent] { events.withLock { $0 } }

  func add(_ event: SessionEvent) { events.withLock { $0.append(event) } }
}
