internal import Diagnostics
internal import JSON
internal import Notebook
internal import Runtime

/// One line of the answer.
struct ServeReply {
  private let id: JSONText
  var outputs: [(key: String, value: JSONText)] = []
  /// The last value as the prompt shows it.
  var shown: String?
  private var text = ""
  private var figures: [JSONText] = []
  private var warnings: [JSONText] = []
  private var error = JSONText.null
  private let wasRunning: Bool?

  /// - Parameter wasRunning: for the answer to an interrupt: whether there was something to stop.
  init(id: JSONText, wasRunning: Bool? = nil) {
    self.id = id
    self.wasRunning = wasRunning
  }

  /// Text, figures and warnings in the order of the events.
  mutating func add(_ events: [SessionEvent], _ writer: ValueWriter) throws(Diagnostic) {
    for event in events {
      switch event {
      case .output(let printed): text += printed
      case .display(let item):
        if let picture = item.data("image/svg+xml") {
          let path = try writer.file("figure-\(figures.count + 1).svg", picture)
          figures.append(.string(path))
        } else {
          if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
          text += item.plainText + "\n"
        }
      case .warning(let diagnostic): warnings.append(ServeReply.json(diagnostic))
      case .effect: break
      }
    }
  }

  /// The first error stands for all; its text shows every one.
  mutating func fail(_ errors: [Diagnostic]) {
    guard let first = errors.first else { return }
    (outputs, shown) = ([], nil)
    let rendered = errors.map { DiagnosticRenderer.render($0, colour: false) }
      .joined(separator: "\n\n")
    error = ServeReply.json(first, text: rendered)
  }

  var json: JSONText {
    var pairs: [(key: String, value: JSONText)] = [
      ("id", id), ("outputs", .object(outputs)), ("error", error), ("text", .string(text)),
    ]
    if let shown { pairs.append(("shown", .string(shown))) }
    if !figures.isEmpty { pairs.append(("figures", .array(figures))) }
    if !warnings.isEmpty { pairs.append(("warnings", .array(warnings))) }
    if let wasRunning { pairs.append(("interrupted", .bool(wasRunning))) }
    return .object(pairs)
  }

  private static func json(_ diagnostic: Diagnostic, text: String? = nil) -> JSONText {
    guard case .object(var pairs) = diagnostic.json else { return .null }
    if let span = diagnostic.location?.span {
      pairs.append(("span", .array([.int(Int(span.start)), .int(Int(span.end))])))
    }
    let text = text ?? DiagnosticRenderer.render(diagnostic, colour: false)
    pairs.append(("text", .string(text)))
    return .object(pairs)
  }
}
