/// A named piece of source: a REPL entry, a script, a cell of a notebook.
///
/// Identity matters (diagnostics in a trace may come from several texts), so it is a reference; it
/// is immutable.
package final class SourceText: Sendable {
  /// How a diagnostic names the text: `digits.nb`, `<entry 3>`.
  package let name: String
  /// What within the named thing this is, shown after the name: `cell "forward"`; empty when the
  /// text is the whole.
  package let part: String
  package let text: String
  /// The UTF-8 bytes of `text`; spans index these.
  package let bytes: [UInt8]
  /// The line number of the first line, counted from 1 in the file that holds the text.
  package let firstLine: Int
  /// Whether the text is a standard module: errors in it are told at the user's call.
  package let isStandardModule: Bool
  /// Byte offsets at which lines begin.
  private let lineStarts: [Int]

  package init(
    name: String, part: String = "", text: String, firstLine: Int = 1,
    isStandardModule: Bool = false
  ) {
    self.name = name
    self.part = part
    self.text = text
    self.firstLine = firstLine
    self.isStandardModule = isStandardModule
    bytes = Array(text.utf8)
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  /// The line (as numbered in the file) and the 0-based byte column of an offset. O(log lines).
  package func position(of offset: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return (low + firstLine, offset - lineStarts[low])
  }

  /// The text of a line by its number in the file, without its line end; empty when there is none.
  package func line(_ number: Int) -> String {
    let index = number - firstLine
    guard index >= 0, index < lineStarts.count else { return "" }
    let start = lineStarts[index]
    var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
  }

  /// The byte offset at which a line begins, by its number in the file; out of range, the nearest
  /// end of the text.
  package func offset(ofLine number: Int) -> Int {
    let index = number - firstLine
    if index < 0 { return 0 }
    return index < lineStarts.count ? lineStarts[index] : bytes.count
  }

  /// The text of a span; what lies beyond the end is left out.
  package func text(of span: Span) -> String {
    let start = min(Int(span.start), bytes.count)
    let end = min(max(Int(span.end), start), bytes.count)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}

/// A span together with the text it points into.
package struct Location: Sendable {
  package let source: SourceText
  package let span: Span

  package init(_ source: SourceText, _ span: Span) {
    self.source = source
    self.span = span
  }
}
