internal import Diagnostics
internal import Dispatch
internal import Glibc
internal import Notebook
internal import REPL
internal import Runtime
internal import Synchronization

/// Shows a run while it goes on: what cells print on standard output, a line of progress on
/// standard error.
///
/// On a terminal the line is redrawn in place and erased in the end; otherwise each cell leaves one
/// plain line.
final class RunPresenter: Sendable {
  private struct State {
    var count = 0
    var cell: (title: String, ordinal: Int, start: ContinuousClock.Instant)?
    var isLineShown = false
    var isMidLine = false
  }

  private let terminal: Terminal
  private let presenter: Presenter
  private let isLive: Bool
  private let style: Style
  private let state = Mutex(State())

  /// What is written, besides errors and the line of progress of a terminal.
  enum Style {
    /// What cells show, and a line for each cell when there is no terminal.
    case everything
    /// A line for each cell.
    case cells
    case errorsOnly
  }

  init(_ terminal: Terminal, style: Style = .everything) {
    self.terminal = terminal
    self.style = style
    presenter = Presenter(terminal)
    isLive = !terminal.isDumb && isatty(terminal.messages.descriptor) == 1
  }

  func show(_ event: RunEvent) {
    switch event {
    case .began(let cells):
      state.withLock { $0.count = cells }
    case .cellBegan(let cell):
      state.withLock { $0.cell = (cell.name, cell.ordinal, .now) }
      tick()
    case .output(_, let text):
      write { $0.show(.output(text)) }
      state.withLock { $0.isMidLine = style == .everything && !text.hasSuffix("\n") }
    case .item(_, let item):
      write { presenter in
        if item.isFigure {
          presenter.show(DisplayItem([.init(text: "[figure]")]))
        } else {
          presenter.show(item)
        }
      }
      state.withLock { $0.isMidLine = false }
    case .warning(_, let diagnostic):
      eraseLine()
      presenter.show(diagnostic)
    case .cellEnded(let result):
      end(result)
    }
  }

  /// Shows diagnostics that belong to no running cell.
  func show(_ diagnostics: [Diagnostic]) {
    eraseLine()
    for diagnostic in diagnostics { presenter.show(diagnostic) }
  }

  /// Takes the line of progress away, before others write.
  func clear() { eraseLine() }

  /// A line on standard error.
  func note(_ text: String) {
    eraseLine()
    presenter.endLine()
    terminal.messages.write(text + "\n")
  }

  // MARK: - Cells

  private func write(_ body: (Presenter) -> Void) {
    guard style == .everything else { return }
    eraseLine()
    body(presenter)
  }

  private func end(_ result: CellResult) {
    let hadBegun = state.withLock { state in
      defer {
        state.cell = nil
        state.isMidLine = false
      }
      return state.cell != nil
    }
    eraseLine()
    presenter.endLine()
    if result.status == .failed { for error in result.errors { presenter.show(error) } }
    guard !isLive, style != .errorsOnly, hadBegun || result.status == .skipped else { return }
    let count = state.withLock { $0.count }
    let time = hadBegun ? ", \(Self.seconds(result.seconds))" : ""
    terminal.messages.write(
      "[\(result.cell.ordinal)/\(count)] \(result.cell.name): \(result.status.rawValue)\(time)\n")
  }

  // MARK: - The line of progress

  /// Redraws the line now and four times a second until the cell ends.
  private func tick() {
    guard isLive else { return }
    let line: String? = state.withLock { state in
      guard let cell = state.cell else { return nil }
      guard !state.isMidLine else { return "" }
      state.isLineShown = true
      return "[\(cell.ordinal)/\(state.count)] \(cell.title)  "
        + Self.seconds((ContinuousClock.now - cell.start).seconds)
    }
    guard let line else { return }
    if !line.isEmpty { terminal.messages.write("\r\u{1B}[K\(line)") }
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(250)) { [weak self] in
      self?.tick()
    }
  }

  private func eraseLine() {
    let wasShown = state.withLock { state in
      defer { state.isLineShown = false }
      return state.isLineShown
    }
    if wasShown { terminal.messages.write("\r\u{1B}[K") }
  }

  /// `0.31 s`
  static func seconds(_ seconds: Double) -> String {
    let hundredths = Int((seconds * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
