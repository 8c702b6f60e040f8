@preconcurrency internal import CReadline
internal import Glibc

/// Reads lines at the terminal with GNU readline.
///
/// readline's state is global, so there is one editor in a process, used from one thread. It is
/// driven through the
/// callback interface: this file owns the loop that waits for keys and signals, so nothing ever
/// jumps out of readline, and
/// the terminal is in its usual state whenever no line is being read.
final class LineEditor {
  enum Line: Equatable {
    case text(String)
    /// Ctrl-C.
    case cancelled
    /// Ctrl-D, or the terminal is gone.
    case end
    /// The process was asked to end.
    case terminated
  }

  /// What readline's callbacks, which carry no context, work for.
  ///
  /// Safe because readline calls back only on the thread that called it, and one thread does.
  nonisolated(unsafe) static weak var current: LineEditor?

  /// Takes the line and the cursor's byte offset; gives the byte range to replace and the
  /// candidates.
  typealias Completer = (_ line: String, _ cursor: Int) -> (replacing: Range<Int>, texts: [String])

  var completer: Completer = { _, cursor in (cursor..<cursor, []) }
  /// The candidates of the completion in progress; readline asks for them one by one.
  var candidates: ArraySlice<String> = []
  let terminal: Terminal
  /// Whether the line is coloured as it is typed.
  let usesColour: Bool
  private let signals: SignalWatcher?
  /// Keys that came before the editor did.
  private var typedAhead: ArraySlice<UInt8>
  private var indentation = ""
  /// The columns before the line.
  private(set) var promptColumns = 0
  private var received: Line?

  /// - Parameter signals: nil leaves signals as they are.
  init(_ terminal: Terminal, signals: SignalWatcher?, typedAhead: [UInt8] = []) {
    self.terminal = terminal
    usesColour = terminal.usesColour && terminal.isUTF8
    self.signals = signals
    self.typedAhead = typedAhead[...]
    Self.current = self
    // Only what text is made of: a decimal comma would change what C libraries read and write.
    setlocale(LC_CTYPE, "")
    rl_readline_name = UnsafePointer(strdup("lamella"))
    rl_instream = fdopen(terminal.input, "r")
    rl_outstream = fdopen(terminal.output.descriptor, "w")
    rl_catch_signals = 0
    rl_catch_sigwinch = 0
    rl_change_environment = 0
    rl_variable_bind("enable-bracketed-paste", "on")
    rl_variable_bind("blink-matching-paren", "off")
    using_history()
    bindKeys()
    installCompletion()
    // With a way of drawing that is not its own readline would not ask what the terminal can: have
    // it ask now.
    rl_initialize()
    rl_redisplay_function = { LineEditor.current?.redisplay() }
  }

  /// Puts an entry, of one line or many, where the up arrow finds it.
  func remember(_ entry: String) { add_history(entry) }

  /// Reads one line; a pasted or recalled one may hold line ends.
  ///
  /// - Parameter indentation: what stands on the line when editing begins.
  func readLine(prompt: String, indentation: String = "") -> Line {
    received = nil
    self.indentation = indentation
    promptColumns = Prompt.columns(of: prompt)
    rl_callback_handler_install(prompt) { LineEditor.current?.receive($0) }
    while received == nil {
      if typedAhead.isEmpty { wait() } else { rl_callback_read_char() }
    }
    return received ?? .end
  }

  // MARK: - The loop

  private func wait() {
    var sources = [
      pollfd(fd: terminal.input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&sources, nfds_t(sources.count), -1) >= 0 else {
      if errno != EINTR && errno != EAGAIN { abandon(.end) }
      return
    }
    if sources[1].revents != 0, let event = signals?.next() { return take(event) }
    if sources[0].revents != 0 { rl_callback_read_char() }
  }

  private func take(_ event: SignalWatcher.Event) {
    switch event {
    case .interrupt:
      rl_echo_signal_char(SIGINT)
      rl_crlf()
      abandon(.cancelled)
    case .resized:
      resize()
    case .suspend:
      rl_deprep_terminal()
      kill(getpid(), SIGSTOP)
      rl_prep_terminal(1)
      resize()
      rl_forced_update_display()
    case .terminate:
      abandon(.terminated)
    }
  }

  /// Draws the line anew for the terminal's new size; readline knows where its rows went only when
  /// it draws by itself.
  private func resize() {
    rl_redisplay_function = rl_redisplay
    rl_resize_terminal()
    rl_redisplay_function = { LineEditor.current?.redisplay() }
  }

  /// Drops the line being edited, with whatever search, macro or argument is under way.
  private func abandon(_ reason: Line) {
    rl_free_line_state()
    rl_callback_sigcleanup()
    rl_replace_line("", 0)
    finish(reason)
  }

  private func receive(_ line: UnsafeMutablePointer<CChar>?) {
    guard let line else {
      rl_crlf()
      return finish(.end)
    }
    let text = String(cString: line)
    free(line)
    finish(.text(text))
  }

  private func finish(_ line: Line) {
    received = line
    rl_callback_handler_remove()
    fflush(rl_outstream)
  }

  /// One key. readline's own reader opens the signal mask while it waits, ours does not.
  private func nextByte() -> Int32 {
    if let byte = typedAhead.popFirst() { return Int32(byte) }
    var byte: UInt8 = 0
    while true {
      let count = read(terminal.input, &byte, 1)
      if count == 1 {
        if byte == Self.controlD { dropIndentation() }
        return Int32(byte)
      }
      if count == 0 || errno != EINTR { return EOF }
    }
  }

  private static let controlD: UInt8 = 4

  /// readline takes Ctrl-D for the end on an empty line only; to its user a line of nothing but
  /// indentation is empty.
  private func dropIndentation() {
    guard rl_end > 0, let line = rl_line_buffer else { return }
    if isBlank(line, count: rl_end) { rl_replace_line("", 0) }
  }

  private func isBlank(_ text: UnsafePointer<CChar>, count: Int32) -> Bool {
    UnsafeBufferPointer(start: text, count: Int(count))
      .allSatisfy { $0 == CChar(UInt8(ascii: " ")) }
  }

  // MARK: - Keys

  private func bindKeys() {
    rl_getc_function = { _ in LineEditor.current?.nextByte() ?? EOF }
    rl_startup_hook = {
      if let editor = LineEditor.current, !editor.indentation.isEmpty {
        rl_insert_text(editor.indentation)
      }
      return 0
    }
    for bracket in "})]".utf8 {
      rl_bind_key(Int32(bracket)) { count, key in
        LineEditor.current?.outdent()
        return rl_insert(count, key)
      }
    }
    // A terminal's late answer to a question of ours is not text.
    rl_bind_keyseq("\\e[?") { _, _ in
      while let key = LineEditor.current.map({ _ in rl_read_key() }), key >= 0 {
        if (0x40...0x7e).contains(key) { break }
      }
      return 0
    }
  }

  /// Takes one step of indentation away when nothing else stands before the cursor.
  private func outdent() {
    guard rl_point >= 2, let line = rl_line_buffer, isBlank(line, count: rl_point) else { return }
    rl_delete_text(rl_point - 2, rl_point)
    rl_point -= 2
  }
}
