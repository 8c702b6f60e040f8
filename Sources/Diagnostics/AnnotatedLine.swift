/// One source line as shown — tabs widened, control characters made visible, cut to the screen —
/// and its underlines.
struct AnnotatedLine {
  /// The line as printed.
  let text: String
  private let placed: [Placed]

  /// A mark in columns of the printed line.
  private struct Placed {
    let columns: Range<Int>
    let mark: Mark
  }

  private static let tabWidth = 4

  /// - Parameters:
  ///   - start: the byte offset of the line in its text.
  ///   - width: columns there are for it.
  init(_ whole: String, marks: [Mark], start lineStart: Int, width: Int) {
    let (line, cut) = AnnotatedLine.excerpt(whole, around: marks.first, start: lineStart)
    let start = lineStart + cut.lowerBound
    let (isCutBefore, isCutAfter) = (cut.lowerBound > 0, cut.upperBound < whole.utf8.count)
    let cells = AnnotatedLine.cells(line)
    var columnOfByte: [Int] = []
    var column = 0
    for cell in cells {
      columnOfByte += [Int](repeating: column, count: cell.bytes)
      column += cell.width
    }
    columnOfByte.append(column)
    let total = column
    let spans = marks.map { mark in
      let first = columnOfByte[min(max(0, Int(mark.span.start) - start), columnOfByte.count - 1)]
      let last = columnOfByte[min(max(0, Int(mark.span.end) - start), columnOfByte.count - 1)]
      return first..<max(first + 1, last)
    }
    let window = AnnotatedLine.window(total: total, spans: spans, width: width)
    let cutsBefore = window.lowerBound > 0 || isCutBefore
    var shown = cutsBefore ? "…" : ""
    let shift = cutsBefore ? window.lowerBound - 1 : 0
    column = 0
    for cell in cells {
      if column >= window.lowerBound, column + cell.width <= window.upperBound {
        shown += cell.text
      }
      // A wide character cut by the window's edge leaves a blank, so that columns stay true.
      if column < window.lowerBound, column + cell.width > window.lowerBound { shown += " " }
      column += cell.width
    }
    if window.upperBound < total || isCutAfter { shown += "…" }
    text = shown
    placed = zip(spans, marks).map { span, mark in
      let first = min(max(span.lowerBound, window.lowerBound), window.upperBound)
      let last = min(max(span.upperBound, first + 1), max(window.upperBound, first + 1))
      return Placed(columns: first - shift..<last - shift, mark: mark)
    }
  }

  /// The underlines with the rightmost remark behind them, then the other remarks, each under its
  /// own span.
  func rows(_ paint: Paint) -> [String] {
    let end = placed.map(\.columns.upperBound).max() ?? 0
    var styles = [Paint.Style?](repeating: nil, count: end)
    // The main mark is first in the list; drawn last, it wins where spans overlap.
    for item in placed.reversed() {
      for column in item.columns { styles[column] = item.mark.style }
    }
    var underline = ""
    var column = 0
    while column < end {
      let style = styles[column]
      let next = styles[column...].firstIndex { $0 != style } ?? end
      let run = String(repeating: style == nil ? " " : "^", count: next - column)
      underline += style.map { paint(run, $0) } ?? run
      column = next
    }
    let rightToLeft = placed.enumerated().sorted {
      ($0.element.columns.lowerBound, $1.offset) > ($1.element.columns.lowerBound, $0.offset)
    }.map(\.element)
    var rows = [underline]
    for (index, item) in rightToLeft.enumerated() where !item.mark.text.isEmpty {
      let text = AnnotatedLine.cells(item.mark.text).map(\.text).joined()
      if index == 0, item.columns.upperBound == end {
        rows[0] += " " + paint(text, item.mark.style)
      } else {
        rows.append(
          String(repeating: " ", count: item.columns.lowerBound) + paint(text, item.mark.style))
      }
    }
    return rows
  }

  /// Of a line of many thousand bytes the part around the main mark, so that showing it costs
  /// little.
  private static func excerpt(
    _ line: String, around mark: Mark?, start: Int
  ) -> (String, cut: Range<Int>) {
    let count = line.utf8.count
    guard count > 8_000, let mark else { return (line, 0..<count) }
    let middle = min(max(0, Int(mark.span.start) - start), count)
    let bytes = Array(line.utf8)
    func boundary(_ offset: Int) -> Int {
      var offset = offset
      while offset > 0, offset < count, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
      return offset
    }
    let cut = boundary(max(0, middle - 2_000))..<boundary(min(count, middle + 2_000))
    return (String(decoding: bytes[cut], as: UTF8.self), cut)
  }

  // MARK: - Cells

  /// A grapheme as printed.
  private struct Cell {
    let text: String
    let width: Int
    let bytes: Int
  }

  private static func cells(_ line: String) -> [Cell] {
    var cells: [Cell] = []
    var column = 0
    for character in line {
      var text = String(character)
      var width = DisplayWidth.of(character)
      if character == "\t" {
        width = tabWidth - column % tabWidth
        text = String(repeating: " ", count: width)
      } else if let scalar = character.unicodeScalars.first, let visible = substitute(scalar) {
        text = visible
        width = 1
      }
      cells.append(Cell(text: text, width: width, bytes: character.utf8.count))
      column += width
    }
    return cells
  }

  /// What is shown for a character that would move the cursor, change colours or turn the direction
  /// of writing.
  private static func substitute(_ scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value).map { String(Character($0)) }
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
    default: nil
    }
  }

  /// The columns to show: all when they fit; else all spans when they fit; else around the main
  /// one.
  private static func window(total: Int, spans: [Range<Int>], width: Int) -> Range<Int> {
    guard total > width, let main = spans.first else { return 0..<min(total, max(total, 0)) }
    let room = width - 2
    var first = spans.map(\.lowerBound).min() ?? 0
    var last = min(total, spans.map(\.upperBound).max() ?? 0)
    if last - first > room {
      first = main.lowerBound
      last = min(total, main.upperBound)
    }
    let margin = max(0, room - (last - first))
    let lower = max(0, min(first - margin / 2, total - room))
    return lower..<min(total, lower + room)
  }
}
