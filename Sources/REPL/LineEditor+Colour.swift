@preconcurrency internal import CReadline
internal import Diagnostics
internal import Glibc

/// Colours the line being edited.
extension LineEditor {
  /// Lets readline draw, then writes the same text over it in colour.
  ///
  /// Only attributes change, so what readline knows of the screen stays true. A line that does not
  /// fit the row, that holds
  /// line ends or control characters, or that a search shows, stays as readline draws it.
  func redisplay() {
    rl_redisplay()
    let searching = UInt(RL_STATE_ISEARCH | RL_STATE_NSEARCH)
    guard usesColour, rl_end > 0, let buffer = rl_line_buffer,
      UInt(rl_readline_state) & searching == 0
    else { return }
    let line = String(cString: buffer)
    guard let first = line.first(where: { $0 != " " }), first != ":", first != "?",
      !line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f })
    else { return }
    let columns = promptColumns + DisplayWidth.of(line)
    guard columns < terminal.size.columns else { return }
    let before = String(decoding: line.utf8.prefix(Int(rl_point)), as: UTF8.self)
    let cursor = promptColumns + DisplayWidth.of(before)
    fflush(rl_outstream)
    terminal.output.write(
      "\u{1b}[?25l\r\u{1b}[\(promptColumns)C" + Highlighter.painted(line)
        + "\r\u{1b}[\(cursor)C\u{1b}[?25h")
  }
}
