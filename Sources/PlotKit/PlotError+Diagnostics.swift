package import Diagnostics
package import Plot

// Every sentence about figures. `PlotError` holds the values.

extension PlotError {
  /// What the user is told.
  package var diagnostic: Diagnostic {
    let (code, message, hint) = sentence
    return Diagnostic(code, message, hint: hint)
  }

  private var sentence: (DiagnosticCode, String, hint: String?) {
    switch self {
    case .lengths(let layer, let counts):
      let parts = counts.map { "\($0.name) has \($0.count) element\($0.count == 1 ? "" : "s")" }
      return (.figureData, "`\(layer)`: \(parts.joined(separator: ", "))", nil)
    case .argument(let layer, let parameter, let wanted, let given):
      return (.figureData, "`\(layer)`: `\(parameter)` is \(given), \(wanted) is wanted", nil)
    case .unknownWord(let layer, let parameter, let given, let known):
      return Self.unknownWord(layer, parameter, given, known)
    case .missingArgument(let layer, let parameter):
      return (.figureData, "`\(layer)`: `\(parameter)` is missing", nil)
    case .nothingPositive(let axis):
      return (
        .figureData, "the \(axis) axis is logarithmic and has no positive number to show", nil
      )
    case .mixedDimensions(let layer):
      return (
        .figureData, "`\(layer)` and the figure's other layers need different axes",
        "a surface cannot share a figure with flat layers; `grid` puts figures side by side"
      )
    case .panelsInside(let operation):
      return (
        .figureData, "`\(operation)` needs a figure with axes of its own, this one is a grid",
        "change the figures before they are put in the grid"
      )
    case .noPanels: return (.figureData, "`grid`: no figure is given", nil)
    case .gnuplotMissing(let program):
      return (
        .gnuplotMissing, "the program `\(program)`, which draws figures, is not installed",
        "install the package gnuplot-nox: apt-get install gnuplot-nox"
      )
    case .gnuplotRejected(let message, let line):
      let place = line.map { " (in: \(Self.shortened($0)))" } ?? ""
      return (.gnuplotRejected, "gnuplot says: \(message)\(place)", nil)
    case .gnuplotDied(let signal, let message): return Self.death(signal, message)
    case .gnuplotTimedOut(let seconds):
      return (.gnuplotDied, "gnuplot did not finish within \(seconds) seconds and was ended", nil)
    case .interrupted: return (.interrupted, "interrupted while gnuplot was drawing", nil)
    case .system(let number):
      return (
        .gnuplotDied, "the system refuses what starting gnuplot needs (error \(number))", nil
      )
    case .shellCommand(let line, let found):
      return (
        .shellCommand, "raw gnuplot commands may not use \(found): \(Self.shortened(line))",
        "it could run a program or write a file; `--allow-shell` permits it"
      )
    }
  }

  private static func unknownWord(
    _ layer: String, _ parameter: String, _ given: String, _ known: [String]
  ) -> (DiagnosticCode, String, hint: String?) {
    let words = known.map { "\"\($0)\"" }.joined(separator: ", ")
    let nearest = Suggestion.nearest(to: given, among: known)
    return (
      .figureData, "`\(layer)`: `\(parameter)` is \"\(given)\", one of \(words) is wanted",
      nearest.map { "did you mean \"\($0)\"?" }
    )
  }

  private static func death(_ signal: Int, _ message: String) -> (
    DiagnosticCode, String, hint: String?
  ) {
    let text = message.isEmpty ? "" : ": " + shortened(message)
    return (
      .gnuplotDied,
      signal == 0
        ? "gnuplot ended before the figure was drawn\(text)"
        : "gnuplot was ended by signal \(signal)\(text)",
      nil
    )
  }

  /// The parameter at fault, if there is one.
  package var parameter: String? {
    switch self {
    case .argument(_, let parameter, _, _), .unknownWord(_, let parameter, _, _),
      .missingArgument(_, let parameter):
      parameter
    case .lengths(_, let counts):
      counts.last?.name
    case .nothingPositive, .mixedDimensions, .panelsInside, .noPanels, .gnuplotMissing,
      .gnuplotRejected, .gnuplotDied, .gnuplotTimedOut, .interrupted, .system, .shellCommand:
      nil
    }
  }

  private static func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > 160 ? line.prefix(160) + "…" : line
  }
}

/// Sentences of warnings.
enum PlotWarning {
  /// A figure grew beyond what a drawing of lines should hold.
  static func manyMarks(_ count: Int, limit: Int, becomesPixels: Bool) -> Diagnostic {
    Diagnostic(
      .figureThinned,
      "the figure has \(count) marks: "
        + (becomesPixels
          ? "beyond \(limit) it is drawn as PNG where SVG was wanted"
          : "those that lie on the same pixels as others are left out"))
  }
}
