internal import Diagnostics
internal import Glibc
package import Runtime

/// The interactive session at a terminal: read an entry, evaluate it, show it, again.
///
/// Reading order: `EntryReader` joins lines to entries, `LineEditor` reads the lines, `Commands` is
/// the table of what
/// begins with `:`, `Presenter` shows. This class holds what lasts from entry to entry.
package final class ReplLoop {
  let session: Session
  let presenter: Presenter
  /// The code of the entries that succeeded, in order: what `:save` writes.
  private(set) var succeeded: [String] = []
  /// The last value that was a figure: what `:figure` saves.
  private(set) var lastFigure: (any ExternalValue)?
  private let signals: SignalWatcher?
  private let editor: LineEditor
  private let reader: EntryReader
  private var history: History
  private var entryCount = 0
  private var isRunning = true
  private var hasToldOfHistory = false

  /// Takes over the terminal.
  ///
  /// - Parameters:
  ///   - signals: made before the session, with `editsLines`; nil leaves Ctrl-C to end the process.
  ///   - historyPath: nil keeps the history in memory.
  package init(
    session: Session, terminal: Terminal, signals: SignalWatcher?, historyPath: String?
  ) {
    let probe = GraphicsProbe(terminal)
    self.session = session
    self.signals = signals
    presenter = Presenter(terminal, drawsSixel: probe.drawsSixel)
    history = History(path: historyPath)
    let editor = LineEditor(terminal, signals: signals, typedAhead: probe.typedAhead)
    self.editor = editor
    reader = EntryReader(
      prompt: Prompt(usesColour: terminal.usesColour, isUTF8: terminal.isUTF8),
      readLine: { editor.readLine(prompt: $0, indentation: $1) },
      completeness: { session.completeness(of: $0) })
    for entry in history.entries { editor.remember(entry) }
    editor.completer = { [weak self] in
      self?.completions(line: $0, cursor: $1) ?? ($1..<$1, [])
    }
  }

  /// Reads and evaluates until Ctrl-D, `:quit` or a request of the system to end.
  ///
  /// - Parameter greeting: a line shown first; empty for none.
  package func run(greeting: String) {
    if !greeting.isEmpty { presenter.say(greeting) }
    while isRunning {
      presenter.endLine()
      switch reader.next() {
      case .code(let text):
        remember(text)
        evaluate(text)
      case .command(let line):
        remember(line)
        obey(line)
      case .nothing: break
      case .end, .terminated: isRunning = false
      }
    }
  }

  /// Where the history is kept: `$XDG_STATE_HOME/lamella/history`, or the same under
  /// `~/.local/state`.
  package static func defaultHistoryPath(_ environment: [String: String]) -> String? {
    History.defaultPath(environment)
  }

  func quit() { isRunning = false }

  // MARK: - Entries

  /// Evaluates an entry, shows what it gives and keeps what later commands need.
  func evaluate(_ text: String) {
    let outcome = run(text, named: nil)
    presenter.show(outcome)
    if outcome.errors.isEmpty { keep(text) }
  }

  /// Counts `text` among what `:save` writes.
  func keep(_ text: String) { succeeded.append(text) }

  /// Evaluates `text` and shows what happens meanwhile, but not how it ends.
  ///
  /// - Parameter name: how diagnostics name the text; nil counts it as the next entry.
  func run(_ text: String, named name: String?) -> Outcome {
    entryCount += 1
    let presenter = presenter
    let outcome = outcome(of: text, named: name) { presenter.show($0) }
    if case .external(let value)? = outcome.value, value.typeName == "Figure" {
      lastFigure = value
    }
    return outcome
  }

  /// Evaluates `text` in the session, with Ctrl-C listened to.
  func outcome(
    of text: String, named name: String?, emit: @escaping @Sendable (SessionEvent) -> Void
  ) -> Outcome {
    let source = SourceText(name: name ?? "<entry \(entryCount)>", text: text)
    let session = session
    let request = presenter.request
    let evaluate = {
      session.evaluate(source, cell: "entry \(self.entryCount)", request: request, emit: emit)
    }
    return signals?.interrupting({ session.interrupt() }, evaluate) ?? evaluate()
  }

  private func obey(_ line: String) {
    switch Commands.parse(line) {
    case .run(let command, let argument): command.run(self, argument)
    case .inspect(let name): showInspection(name)
    case .mistake(let sentence): presenter.note(sentence)
    }
  }

  private func remember(_ entry: String) {
    if entry != history.entries.last { editor.remember(entry) }
    guard let reason = history.add(entry), !hasToldOfHistory else { return }
    hasToldOfHistory = true
    presenter.note("the history is not kept: \(reason)")
  }

  // MARK: - Completion

  /// Completions at a byte offset of the line being edited.
  private func completions(line: String, cursor: Int) -> (replacing: Range<Int>, texts: [String]) {
    if reader.pending.isEmpty, let first = line.first(where: { $0 != " " }) {
      if first == ":" { return commandCompletions(line: line, cursor: cursor) }
      if first == "?" {
        let mark = line.utf8.prefix { $0 != UInt8(ascii: "?") }.count + 1
        return sessionCompletions(before: String(repeating: " ", count: mark), line, mark, cursor)
      }
    }
    return sessionCompletions(before: reader.pending, line, 0, cursor)
  }

  /// Asks the session about `line` from byte `start` on, with `before` standing in front of it.
  private func sessionCompletions(
    before: String, _ line: String, _ start: Int, _ cursor: Int
  ) -> (replacing: Range<Int>, texts: [String]) {
    let visible = String(decoding: line.utf8.dropFirst(start), as: UTF8.self)
    let shift = before.utf8.count - start
    let (range, found) = session.completions(for: before + visible, cursor: cursor + shift)
    guard range.lowerBound >= shift else { return (cursor..<cursor, []) }
    return (range.lowerBound - shift..<range.upperBound - shift, found.map(\.text))
  }

  private func commandCompletions(
    line: String, cursor: Int
  ) -> (replacing: Range<Int>, texts: [String]) {
    let bytes = Array(line.utf8.prefix(cursor))
    let start = bytes.prefix { $0 == UInt8(ascii: " ") }.count
    guard let blank = bytes[start...].firstIndex(of: UInt8(ascii: " ")) else {
      let typed = String(decoding: bytes[start...], as: UTF8.self)
      let names = Commands.table.map { ":" + $0.name }.filter { $0.hasPrefix(typed) }
      return (start..<cursor, names)
    }
    let name = String(decoding: bytes[(start + 1)..<blank], as: UTF8.self)
    guard let command = Commands.table.first(where: { $0.name == name }) else {
      return (cursor..<cursor, [])
    }
    switch command.argument {
    case .nothing: return (cursor..<cursor, [])
    case .word, .code:
      return sessionCompletions(
        before: String(repeating: " ", count: blank), line, blank, cursor)
    case .file:
      let word = bytes[(blank + 1)...].drop { $0 == UInt8(ascii: " ") }
      let typed = String(decoding: word, as: UTF8.self)
      return (word.startIndex..<cursor, PathCompletion.paths(beginningWith: typed))
    }
  }
}
