internal import Glibc

/// gnuplot's SVG made fit to stand in a page: no XML declaration, no ids that two figures share,
/// colours that follow the
/// text around it, the page's fonts, and words for readers who do not see it.
enum SVGPicture {
  /// - Parameters:
  ///   - prefix: put before every id, so that figures of one page do not meet.
  ///   - label: what the picture shows, in words.
  /// - Complexity: O(bytes).
  static func refined(_ svg: [UInt8], prefix: String, label: String) -> [UInt8] {
    // What stands before the first line end after `<svg …>` is the declaration and the root.
    guard let start = svg.firstRange(of: Array("<svg".utf8)),
      let end = svg[start.upperBound...].firstIndex(of: UInt8(ascii: ">"))
    else { return svg }
    let opening = String(decoding: svg[start.lowerBound...end], as: UTF8.self)
    var result = Array(root(from: opening, label: label).utf8)
    result.reserveCapacity(svg.count)
    let ids = idReplacements(prefix)
    var isInTitle = false
    for line in svg[(end + 1)...].split(separator: UInt8(ascii: "\n")) {
      let line = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      if isInTitle || line.starts(with: plotGroup) {
        // The label of a series, which the legend shows; it may run over lines.
        if !isInTitle { result += "<g>\n".utf8 }
        isInTitle = line.firstRange(of: titleEnd) == nil
      } else if let line = refined(line, ids) {
        result += line
        result.append(UInt8(ascii: "\n"))
      }
    }
    return result
  }

  /// The root element, with a style that matters only when the picture stands alone: then it
  /// follows the reader's
  /// preference for light or dark; within a page it takes the colour of the page's text.
  private static func root(from opening: String, label: String) -> String {
    let box = opening.firstRange(of: "viewBox=\"0 0 ").map { opening[$0.upperBound...] } ?? ""
    let size = box.prefix { $0 != "\"" }.split(separator: " ")
    guard size.count == 2 else { return opening }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
      width="\(size[0])" height="\(size[1])" viewBox="0 0 \(size[0]) \(size[1])" role="img" \
      aria-label="\(escaped(label))" font-family="'DejaVu Sans', Verdana, sans-serif">
      <style>svg:root{color:#333}@media (prefers-color-scheme:dark){svg:root{color:#ddd}}</style>

      """
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case let control where GnuplotText.isControl(control): result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static let plotGroup = Array("<g id=\"gnuplot_plot_".utf8)
  private static let canvas = Array("<g id=\"gnuplot_canvas\"".utf8)
  private static let titleEnd = Array("</title>".utf8)
  private static let notes = [Array("<title>".utf8), Array("<desc>".utf8)]
  private static let text = Array("<text>".utf8)

  /// One line of gnuplot's output; nil for lines that say nothing.
  private static func refined(_ line: ArraySlice<UInt8>, _ ids: [Replacement]) -> [UInt8]? {
    // A user's words come alone between tags without attributes: left as they are.
    if line.starts(with: text) { return replacing(Array(line), words) }
    if notes.contains(where: line.starts) { return nil }
    if line.starts(with: canvas) { return Array("<g>".utf8) }
    return replacing(replacing(Array(line), attributes), ids)
  }

  // MARK: - Replacements

  private struct Replacement: Sendable {
    let old: [UInt8]
    let new: [UInt8]

    init(_ old: String, _ new: String) {
      self.old = Array(old.utf8)
      self.new = Array(new.utf8)
    }
  }

  private static let words = [Replacement(" font-family=\"\(Theme.font)\" ", "")]

  private static let attributes =
    [
      Replacement(" font-family=\"\(Theme.font)\"", ""), Replacement(" color=\"black\"", ""),
      Replacement(" color=\"white\"", ""), Replacement(" color=\"gray\"", ""),
      Replacement("<image ", "<image style='image-rendering:pixelated' "),
    ]
    + [(Theme.pageText, ""), (Theme.pageAxis, "0.6"), (Theme.pageGrid, "0.15")].flatMap(standIn)

  /// gnuplot's ids are the same in every file.
  private static func idReplacements(_ prefix: String) -> [Replacement] {
    ["gpDot", "gpPt", "textbox", "greybox"].flatMap { name in
      [
        Replacement("id='\(name)", "id='\(prefix)\(name)"),
        Replacement("href='#\(name)", "href='#\(prefix)\(name)"),
        Replacement("url(#\(name)", "url(#\(prefix)\(name)"),
      ]
    }
  }

  /// The spellings gnuplot has for a colour, and the text colour of the page instead.
  private static func standIn(_ color: Color, opacity: String) -> [Replacement] {
    func padded(_ byte: UInt8) -> String {
      let digits = String(byte)
      return String(repeating: " ", count: 3 - digits.count) + digits
    }
    let parts = [color.red, color.green, color.blue]
    let spaced = "rgb(" + parts.map(padded).joined(separator: ", ") + ")"
    let dense = "rgb(" + parts.map(String.init).joined(separator: ",") + ")"
    let (stroke, fill) =
      opacity.isEmpty
      ? ("", "") : (" stroke-opacity='\(opacity)'", " fill-opacity='\(opacity)'")
    return [spaced, dense].flatMap { color in
      [
        Replacement("stroke='\(color)'", "stroke='currentColor'\(stroke)"),
        Replacement("stroke=\"\(color)\"", "stroke=\"currentColor\""),
        Replacement("fill=\"\(color)\"", "fill=\"currentColor\"\(fill)"),
        Replacement("fill = '\(color)'", "fill='currentColor'\(fill)"),
      ]
    }
  }

  private static func replacing(_ line: [UInt8], _ replacements: [Replacement]) -> [UInt8] {
    var line = line
    for replacement in replacements {
      var start = 0
      while let found = position(of: replacement.old, in: line, from: start) {
        line.replaceSubrange(found..<found + replacement.old.count, with: replacement.new)
        start = found + replacement.new.count
      }
    }
    return line
  }

  private static func position(of pattern: [UInt8], in line: [UInt8], from start: Int) -> Int? {
    line.withUnsafeBytes { bytes -> Int? in
      guard let base = bytes.baseAddress, let first = pattern.first else { return nil }
      var place = start
      while place + pattern.count <= bytes.count {
        let rest = bytes.count - pattern.count - place + 1
        guard let found = memchr(base + place, Int32(first), rest) else { return nil }
        place = UnsafeRawPointer(found) - base
        if memcmp(base + place, pattern, pattern.count) == 0 { return place }
        place += 1
      }
      return nil
    }
  }
}
