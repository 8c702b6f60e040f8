// Printing as NumPy prints: one width for all elements, the shortest digits that name each float
// (at most 8 after the point), exponents when the sizes differ too much, `...` in the middle of
// what is large.
//
// `FloatFormat` decides how a set of floats is written, `NestedText` lays the written elements out.

extension Tensor {
  /// What a cell shows: `f64[3] [1. 2. 3.]`, and from rank 2 on (or when it needs several lines)
  /// the header on a line of its own.
  ///
  /// - Parameter threshold: With more elements than this, only 3 at each end of an axis are shown.
  package func formatted(threshold: Int = 1000) -> String {
    let header = summary.description
    let text = arrayText(threshold: threshold)
    let isOneLine = rank <= 1 || count == 0
    if isOneLine, !text.contains("\n"),
      header.utf8.count + 1 + text.utf8.count <= NestedText.lineWidth
    {
      return header + " " + text
    }
    return header + "\n" + text
  }

  /// One line, as inside a tuple: `f64[2, 2] [[1. 2.] [3. 4.]]`, or the header alone when that is
  /// too long.
  package var inlineDescription: String {
    let header = summary.description
    guard count <= 64 else { return header }
    var text = ""
    var isAtLineStart = false
    for character in arrayText(threshold: 1000) {
      if character == "\n" {
        if !isAtLineStart { text.append(" ") }
        isAtLineStart = true
      } else if !(isAtLineStart && character == " ") {
        text.append(character)
        isAtLineStart = false
      }
    }
    let line = header + " " + text
    return line.utf8.count <= NestedText.lineWidth ? line : header
  }

  /// The text of NumPy's `str`, without a header; of a rank-0 tensor the number alone.
  package func arrayText(threshold: Int = 1000) -> String {
    if rank == 0 { return scalarText }
    if count == 0 { return "[]" }
    let visible = visibleIndices(threshold: threshold)
    return NestedText(
      visible: visible, isSummarised: count > threshold, words: elementTexts(visible)
    ).text
  }

  private var scalarText: String {
    switch dtype {
    case .bool: elementPointer(UInt8.self).pointee != 0 ? "True" : "False"
    case .u8: String(elementPointer(UInt8.self).pointee)
    case .i8: String(elementPointer(Int8.self).pointee)
    case .i32: String(elementPointer(Int32.self).pointee)
    case .i64: String(elementPointer(Int64.self).pointee)
    case .f32: formatFloat(elementPointer(Float.self).pointee)
    case .f64: formatFloat(elementPointer(Double.self).pointee)
    case .c64:
      formatComplex(
        ShortestDecimal(elementPointer(Float.self)[0]),
        ShortestDecimal(elementPointer(Float.self)[1]))
    case .c128:
      formatComplex(
        ShortestDecimal(elementPointer(Double.self)[0]),
        ShortestDecimal(elementPointer(Double.self)[1]))
    case .bf16: formatFloat(elementPointer(BFloat16.self).pointee.shortest)
    }
  }

  private func elementPointer<Element>(_ type: Element.Type) -> UnsafeMutablePointer<Element> {
    pointer.assumingMemoryBound(to: type)
  }

  /// Along each axis, the indices that are shown.
  private func visibleIndices(threshold: Int) -> [[Int]] {
    let edge = NestedText.edgeItems
    return shape.array.map { size in
      count > threshold && size > 2 * edge
        ? Array(0..<edge) + Array(size - edge..<size) : Array(0..<size)
    }
  }

  /// The shown elements in row-major order, as text of one width.
  private func elementTexts(_ visible: [[Int]]) -> [String] {
    var offsets = [0]
    for axis in 0..<rank {
      let step = strides[axis]
      offsets = offsets.flatMap { base in visible[axis].map { base + $0 * step } }
    }
    switch dtype {
    case .bool:
      let base = elementPointer(UInt8.self)
      return offsets.map { base[$0] != 0 ? " True" : "False" }
    case .u8: return integerTexts(offsets, UInt8.self)
    case .i8: return integerTexts(offsets, Int8.self)
    case .i32: return integerTexts(offsets, Int32.self)
    case .i64: return integerTexts(offsets, Int64.self)
    case .f32:
      let base = elementPointer(Float.self)
      return FloatFormat.texts(offsets.map { base[$0] })
    case .f64:
      let base = elementPointer(Double.self)
      return FloatFormat.texts(offsets.map { base[$0] })
    case .c64: return complexTexts(offsets, Float.self)
    case .c128: return complexTexts(offsets, Double.self)
    case .bf16:
      let base = elementPointer(BFloat16.self)
      return FloatFormat.texts(offsets.map { base[$0].shortest })
    }
  }

  private func integerTexts<Element: FixedWidthInteger>(_ offsets: [Int], _: Element.Type)
    -> [String]
  {
    let base = elementPointer(Element.self)
    let words = offsets.map { String(base[$0]) }
    let width = words.map(\.utf8.count).max() ?? 0
    return words.map { $0.padded(left: width) }
  }

  private func complexTexts<Part: ShortestFloat>(_ offsets: [Int], _: Part.Type) -> [String] {
    let base = elementPointer(Part.self)
    let reals = FloatFormat.texts(offsets.map { base[2 * $0] })
    let imaginaries = FloatFormat.texts(offsets.map { base[2 * $0 + 1] }, showsPlus: true)
    return zip(reals, imaginaries).map { real, imaginary in
      let body = imaginary.trimmedRight
      return real + body + "j"
        + String(repeating: " ", count: imaginary.utf8.count - body.utf8.count)
    }
  }
}

/// Elements laid out in nested brackets and broken into lines, as NumPy does it.
private struct NestedText {
  static let edgeItems = 3
  static let lineWidth = 75

  let visible: [[Int]]
  let isSummarised: Bool
  let words: [String]

  var text: String {
    var next = 0
    return part(axis: 0, next: &next, indent: " ", width: NestedText.lineWidth)
  }

  /// The brackets of one index along the axes before `axis`; `next` is the first element not yet
  /// used.
  private func part(axis: Int, next: inout Int, indent: String, width: Int) -> String {
    let shown = visible[axis].count
    // The gap stands after the leading items; -1 when nothing is left out on this axis.
    let gap = isSummarised && visible[axis].last != shown - 1 ? NestedText.edgeItems : -1
    let axesLeft = visible.count - axis
    if axesLeft == 1 {
      return row(shown: shown, gap: gap, next: &next, indent: indent, width: width - 1)
    }
    let separator = String(repeating: "\n", count: axesLeft - 1)
    var lines: [String] = []
    for item in 0..<shown {
      if item == gap { lines.append(indent + "...") }
      lines.append(
        indent + part(axis: axis + 1, next: &next, indent: indent + " ", width: width - 1))
    }
    return "[" + lines.joined(separator: separator).dropFirst(indent.utf8.count) + "]"
  }

  private func row(shown: Int, gap: Int, next: inout Int, indent: String, width: Int) -> String {
    var finished = ""
    var line = indent
    func extend(_ word: String) {
      if line.utf8.count + word.utf8.count > width, line.utf8.count > indent.utf8.count {
        finished += line.trimmedRight + "\n"
        line = indent
      }
      line += word
    }
    for item in 0..<shown {
      if item == gap {
        extend("...")
        line += " "
      }
      extend(words[next])
      next += 1
      if item < shown - 1 { line += " " }
    }
    return "[" + (finished + line).dropFirst(indent.utf8.count) + "]"
  }
}

extension String {
  /// With spaces in front up to `width` bytes.
  func padded(left width: Int) -> String {
    String(repeating: " ", count: max(0, width - utf8.count)) + self
  }

  fileprivate var trimmedRight: String {
    var end = endIndex
    while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
    return String(self[..<end])
  }
}
