/// gnuplot's SVG made fit to stand in a page: no XML declaration, no ids that two figures share, colours that follow the
/// text around it, the page's fonts, and words for readers who do not see it.
enum SVGPicture {
  /// - Parameters:
  ///   - prefix: put before every id, so that figures of one page do not meet.
  ///   - label: what the picture shows, in words.
  static func refined(_ svg: String, prefix: String, label: String) -> String {
    var text = svg
    if let start = text.firstRange(of: "<svg") { text = String(text[start.lowerBound...]) }
    text = replacingRoot(of: text, label: label)
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      if let line = refined(line, prefix: prefix) { result += line + "\n" }
    }
    return result
  }

  /// The root element, with a style that matters only when the picture stands alone: then it follows the reader's
  /// preference for light or dark; within a page it takes the colour of the page's text.
  private static func replacingRoot(of text: String, label: String) -> String {
    guard let end = text.firstRange(of: ">"), let box = text.firstRange(of: "viewBox=\"0 0 ") else {
      return text
    }
    let size = text[box.upperBound...].prefix { $0 != "\"" }.split(separator: " ")
    guard size.count == 2 else { return text }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
      width="\(size[0])" height="\(size[1])" viewBox="0 0 \(size[0]) \(size[1])" role="img" \
      aria-label="\(escaped(label))" font-family="'DejaVu Sans', Verdana, sans-serif">
      <style>svg:root{color:#333}@media (prefers-color-scheme:dark){svg:root{color:#ddd}}</style>\
      \(text[end.upperBound...])
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
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// One line of gnuplot's output; nil for lines that say nothing.
  private static func refined(_ line: Substring, prefix: String) -> String? {
    let trimmed = line.drop { $0 == " " || $0 == "\t" }
    // A user's words come between tags that hold no other attribute: left as they are.
    if trimmed.hasPrefix("<text>") { return replacing(String(trimmed), words) }
    if trimmed.hasPrefix("<title>") || trimmed.hasPrefix("<desc>") { return nil }
    var text = String(trimmed)
    if text.hasPrefix("<g id=\"gnuplot_plot_") { return "<g>" }
    if text.contains("gnuplot_canvas") { return "<g>" }
    text = replacing(text, attributes)
    if text.contains("gpDot") || text.contains("gpPt") || text.contains("textbox")
      || text.contains("greybox")
    {
      text = replacing(
        text,
        [
          ("id='", "id='\(prefix)"), ("href='#", "href='#\(prefix)"), ("url(#", "url(#\(prefix)"),
        ])
    }
    return text
  }

  private static let words = [(" font-family=\"\(Theme.font)\" ", "")]

  private static let attributes =
    [
      (" font-family=\"\(Theme.font)\"", ""), (" color=\"black\"", ""), (" color=\"white\"", ""),
      (" color=\"gray\"", ""), ("<image ", "<image style='image-rendering:pixelated' "),
    ] + [(Theme.pageText, ""), (Theme.pageAxis, "0.6"), (Theme.pageGrid, "0.15")].flatMap(standIn)

  /// The spellings gnuplot has for a colour, and the text colour of the page instead.
  private static func standIn(_ color: Color, opacity: String) -> [(String, String)] {
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
        ("stroke='\(color)'", "stroke='currentColor'\(stroke)"),
        ("fill=\"\(color)\"", "fill=\"currentColor\"\(fill)"),
        ("fill = '\(color)'", "fill='currentColor'\(fill)"),
      ]
    }
  }

  private static func replacing(_ text: String, _ pairs: [(String, String)]) -> String {
    var text = text
    for (old, new) in pairs where text.contains(old) { text = text.replacing(old, with: new) }
    return text
  }
}
