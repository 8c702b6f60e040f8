/// Figures in characters, for terminals without pictures.
enum TerminalGraphics {
  /// Characters across and down when the terminal does not say.
  static let defaultSize = PictureSize(width: 76, height: 22)

  /// The figure in characters; panels one below the other, as side by side they would be too small
  /// to read.
  ///
  /// - Parameter size: columns and rows of one panel.
  static func drawn(_ figure: Figure, size: PictureSize?, by process: GnuplotProcess)
    throws(PlotError) -> [UInt8]
  {
    let asked = size ?? defaultSize
    let size = PictureSize(
      width: min(max(asked.width, 30), 400), height: min(max(asked.height, 10), 200))
    guard !figure.panels.isEmpty else {
      let script = try GnuplotScript.make(figure, .text, size: size, on: .page)
      return trimmed(try process.run(script).bytes)
    }
    var parts: [[UInt8]] = []
    if !figure.options.title.isEmpty {
      // A control character of the user's must not reach the terminal.
      let title = String(
        String.UnicodeScalarView(
          figure.options.title.unicodeScalars.map { GnuplotText.isControl($0) ? " " : $0 }))
      let margin = String(repeating: " ", count: max((size.width - title.count) / 2, 0))
      parts.append(Array((margin + title).utf8))
    }
    for panel in figure.panels { parts.append(try drawn(panel, size: size, by: process)) }
    return Array(parts.joined(separator: Array("\n\n".utf8)))
  }

  /// Without form feeds, spaces at the ends of lines and empty lines around the picture.
  static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    let formFeed: UInt8 = 0x0c
    let rows = bytes.filter { $0 != formFeed }
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var lines = rows.map { line in
      let end = line.lastIndex { $0 != UInt8(ascii: " ") }
      return end.map { line[line.startIndex...$0] } ?? []
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    let first = lines.firstIndex { !$0.isEmpty } ?? lines.endIndex
    return Array(lines[first...].joined(separator: [UInt8(ascii: "\n")]))
  }
}
