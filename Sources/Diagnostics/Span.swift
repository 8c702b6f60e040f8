/// A stretch of a source text: two UTF-8 byte offsets, half-open.
///
/// Lines and columns exist only when a span is shown; `SourceText` computes them.
package struct Span: Hashable, Sendable {
  package var start: UInt32
  package var end: UInt32

  package init(_ start: Int, _ end: Int) {
    self.start = UInt32(clamping: start)
    self.end = UInt32(clamping: end)
  }

  package static let zero = Span(0, 0)

  /// The smallest span that holds both.
  package func union(_ other: Span) -> Span {
    Span(Int(min(start, other.start)), Int(max(end, other.end)))
  }
}
