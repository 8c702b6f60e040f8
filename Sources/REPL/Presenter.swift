package import Diagnostics
package import Runtime
internal import Synchronization

/// Shows what a session says: values and printed text on the output, diagnostics on the message
/// stream.
package final class Presenter: Sendable {
  package let terminal: Terminal
  private let drawsSixel: Bool
  /// Whether the last character written to the output was not a line end.
  private let isMidLine = Mutex(false)

  package init(_ terminal: Terminal, drawsSixel: Bool = false) {
    self.terminal = terminal
    self.drawsSixel = drawsSixel
  }

  /// What can be shown here, for a session to draw figures by.
  package var request: DisplayRequest {
    if drawsSixel { return DisplayRequest(pictureTypes: ["image/sixel", "text/plain"]) }
    let size = terminal.size
    let columns = min(max(size.columns, 20), 100)
    return DisplayRequest(
      pictureTypes: ["text/plain"],
      size: (columns, min(max(size.rows - 2, 10), columns / 3)))
  }

  package func show(_ event: SessionEvent) {
    switch event {
    case .output(let text): write(text)
    case .display(let item): show(item)
    case .warning(let diagnostic): show(diagnostic)
    case .effect: break
    }
  }

  package func show(_ outcome: Outcome) {
    if let item = outcome.display { show(item) }
    for error in outcome.errors { show(error) }
  }

  package func show(_ item: DisplayItem) {
    endLine()
    if drawsSixel, let picture = item.data("image/sixel") {
      terminal.output.write(picture)
      terminal.output.write("\n")
    } else {
      write(item.plainText)
      endLine()
    }
  }

  package func show(_ diagnostic: Diagnostic) {
    endLine()
    let text = DiagnosticRenderer.render(
      diagnostic, colour: terminal.messagesUseColour, width: terminal.size.columns)
    terminal.messages.write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// A line of the front end's own.
  func say(_ text: String) {
    endLine()
    terminal.output.write(text + "\n")
  }

  /// A remark that is not a result.
  func note(_ text: String) {
    endLine()
    terminal.messages.write(text + "\n")
  }

  /// Starts a new line unless the output is at the beginning of one: a prompt or a value stands on
  /// its own line.
  package func endLine() {
    let wasMidLine = isMidLine.withLock { isMidLine in
      defer { isMidLine = false }
      return isMidLine
    }
    if wasMidLine { terminal.output.write("\n") }
  }

  private func write(_ text: String) {
    guard let last = text.utf8.last else { return }
    isMidLine.withLock { $0 = last != UInt8(ascii: "\n") }
    terminal.output.write(text)
  }
}
