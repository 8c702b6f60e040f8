/// Lays a diagnostic out as text, with or without terminal colours.
///
///     error[E0301]: shapes do not fit in `@`: f32[128, 64] and f32[32, 10]
///       --> digits.nb, cell "forward", line 4
///        4 |   h @ p.w
///          |   ^   ^^^ f32[32, 10]
///          |   f32[128, 64]: its last axis is 64, the other's first is 32
///        in loss(params, x, y), line 9
///        hint: …
///
/// Spans are underlined; the remark of the rightmost stands behind its underline, the others below
/// their own.
/// The layout of one source line is in `AnnotatedLine`.
package enum DiagnosticRenderer {
  /// A trace longer than this is shown by its ends.
  private static let maximumFrames = 12

  /// The whole diagnostic, lines parted by `\n`, without a line end behind the last.
  ///
  /// - Parameters:
  ///   - colour: whether to use ANSI colours.
  ///   - width: columns of the screen; longer source lines are cut around the span. At least 40 are
  ///     used.
  package static func render(_ diagnostic: Diagnostic, colour: Bool, width: Int = 100) -> String {
    let paint = Paint(isOn: colour)
    let isError = diagnostic.severity == .error
    let main: Paint.Style = isError ? .error : .warning
    let message = diagnostic.message.split(separator: "\n", omittingEmptySubsequences: false)
    var lines = [
      paint("\(isError ? "error" : "warning")[\(diagnostic.code.rawValue)]", main)
        + paint(": \(message.first ?? "")", .strong)
    ]
    lines += message.dropFirst().map { "  " + $0 }
    for (source, marks) in sections(of: diagnostic, main) {
      lines += excerpt(source, marks, paint, max(40, width))
    }
    lines += trace(diagnostic, paint, max(40, width))
    if let hint = diagnostic.hint {
      for (index, line) in hint.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        lines.append(index == 0 ? "   " + paint("hint:", .hint) + " \(line)" : "         \(line)")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// `digits.nb, cell "forward", line 4`
  package static func place(_ location: Location) -> String {
    let source = location.source
    let line = "line \(source.position(of: Int(location.span.start)).line)"
    return [source.name, source.part, line].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  // MARK: - Source lines

  /// The spans to show, by the text they point into; the main one's text first, then in order of
  /// appearance.
  private static func sections(
    of diagnostic: Diagnostic, _ main: Paint.Style
  ) -> [(source: SourceText, marks: [Mark])] {
    guard let location = diagnostic.location else { return [] }
    // Labels that tell the parts of a whole apart stand for it: underlining both would join what
    // they separate.
    let parts = diagnostic.labels.filter { label in
      label.location.source === location.source && label.location.span.start >= location.span.start
        && label.location.span.end <= location.span.end
    }
    let isCovered = diagnostic.note.isEmpty && !parts.isEmpty
    var sections: [(source: SourceText, marks: [Mark])] = [(location.source, [])]
    if !isCovered {
      sections[0].marks.append(Mark(span: location.span, text: diagnostic.note, style: main))
    }
    for label in diagnostic.labels {
      let mark = Mark(
        span: label.location.span, text: label.text, style: isCovered ? main : .label)
      if let index = sections.firstIndex(where: { $0.source === label.location.source }) {
        sections[index].marks.append(mark)
      } else {
        sections.append((label.location.source, [mark]))
      }
    }
    return sections
  }

  /// The place of the first mark, then each marked line with its underlines; gaps between lines are
  /// shown as `...`.
  private static func excerpt(
    _ source: SourceText, _ marks: [Mark], _ paint: Paint, _ width: Int
  ) -> [String] {
    guard let first = marks.first else { return [] }
    var lines = ["  " + paint("-->", .gutter) + " " + place(Location(source, first.span))]
    let byLine = Dictionary(grouping: marks) { source.position(of: Int($0.span.start)).line }
    let numbers = byLine.keys.sorted()
    let gutter = max(4, String(numbers.last ?? 0).count)
    var previous: Int?
    for number in numbers {
      if let previous, number > previous + 1 {
        lines.append(String(repeating: " ", count: gutter - 2) + paint("...", .gutter))
      }
      previous = number
      let start = source.offset(ofLine: number)
      let line = AnnotatedLine(
        source.line(number), marks: byLine[number] ?? [], start: start, width: width - gutter - 3)
      let digits = String(number)
      let padding = String(repeating: " ", count: gutter - digits.count)
      lines.append(trimmed(padding + paint(digits + " |", .gutter) + " " + line.text))
      for row in line.rows(paint) {
        lines.append(
          String(repeating: " ", count: gutter) + paint(" |", .gutter) + " " + row)
      }
    }
    return lines
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }

  // MARK: - Trace

  /// The calls, innermost first; equal neighbours are counted, a long trace keeps its ends.
  private static func trace(_ diagnostic: Diagnostic, _ paint: Paint, _ width: Int) -> [String] {
    var steps: [(text: String, count: Int)] = []
    for frame in diagnostic.trace {
      let text = describe(frame, in: diagnostic.location?.source, width)
      if steps.last?.text == text {
        steps[steps.count - 1].count += frame.count
      } else {
        steps.append((text, frame.count))
      }
    }
    func lines(_ steps: some Sequence<(text: String, count: Int)>) -> [String] {
      steps.map { "   in " + $0.text + ($0.count > 1 ? " (\(grouped($0.count)) times)" : "") }
    }
    guard steps.count > maximumFrames else { return lines(steps) }
    let hidden = steps.dropFirst(6).dropLast(5).reduce(0) { $0 + $1.count }
    return lines(steps.prefix(6)) + [paint("   ... \(grouped(hidden)) more calls", .gutter)]
      + lines(steps.suffix(5))
  }

  private static func describe(_ frame: Diagnostic.Frame, in source: SourceText?, _ width: Int)
    -> String
  {
    var call = frame.call
    if call.count > width - 30 { call = call.prefix(width - 31) + "…" }
    guard let location = frame.location else { return call }
    if location.source === source {
      return "\(call), line \(location.source.position(of: Int(location.span.start)).line)"
    }
    return "\(call), \(place(location))"
  }

  /// `100000` as `100,000`.
  private static func grouped(_ number: Int) -> String {
    var result = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return String(result.reversed())
  }
}

/// A span to underline and its remark.
struct Mark {
  let span: Span
  let text: String
  let style: Paint.Style
}

/// ANSI colours, when they are on.
struct Paint {
  enum Style: String {
    case error = "1;31"
    case warning = "1;33"
    case label = "36"
    case gutter = "34"
    case hint = "32"
    case strong = "1"
  }

  let isOn: Bool

  func callAsFunction(_ text: String, _ style: Style) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
