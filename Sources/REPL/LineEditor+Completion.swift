@preconcurrency internal import CReadline
internal import Glibc

/// The Tab key: readline asks for candidates, the session gives them.
extension LineEditor {
  func installCompletion() {
    // Words end at everything that is not part of a name; a command's argument is a path or a name
    // between blanks.
    rl_completer_word_break_characters = UnsafePointer(
      strdup(" \t\n\"'`@$><=;|&{}[]()+-*/%^!:?~,.#\\"))
    rl_completer_quote_characters = nil
    rl_sort_completion_matches = 0
    rl_completion_query_items = 200
    rl_attempted_completion_function = { word, start, end in
      rl_attempted_completion_over = 1
      rl_completion_append_character = 0
      guard let word, let editor = LineEditor.current else { return nil }
      editor.prepare(start: Int(start), end: Int(end))
      if editor.candidates.isEmpty { return nil }
      return rl_completion_matches(word) { _, _ in
        LineEditor.current?.candidates.popFirst().flatMap { strdup($0) }
      }
    }
  }

  /// Fills `candidates` for the word readline found at `start..<end`.
  ///
  /// The session may see the word begin elsewhere (a path has dots and slashes in it); its texts
  /// are then cut or
  /// lengthened to what stands between, because readline puts them in place of its own word.
  private func prepare(start: Int, end: Int) {
    guard let buffer = rl_line_buffer else { return }
    let line = String(cString: buffer)
    let (range, texts) = completer(line, Int(rl_point))
    let bytes = Array(line.utf8)
    guard range.lowerBound <= bytes.count, start <= bytes.count else { return candidates = [] }
    if range.lowerBound >= start {
      let between = String(decoding: bytes[start..<range.lowerBound], as: UTF8.self)
      candidates = texts.map { between + $0 }[...]
    } else {
      let dropped = start - range.lowerBound
      candidates = texts.compactMap { String($0.utf8.dropFirst(dropped)) }[...]
    }
  }
}
