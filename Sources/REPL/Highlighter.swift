internal import Diagnostics
internal import Syntax

/// Colours of code at the prompt.
enum Highlighter {
  /// The code with ANSI styles; what is seen is the same text in as many columns.
  static func painted(_ code: String) -> String {
    let bytes = Array(code.utf8)
    var result = ""
    var position = 0
    for (range, kind) in Lexer.highlights(of: code) {
      guard range.lowerBound >= position, range.upperBound <= bytes.count else { continue }
      result += text(bytes[position..<range.lowerBound])
      let piece = text(bytes[range])
      result += style(kind).map { "\u{1b}[\($0)m\(piece)\u{1b}[0m" } ?? piece
      position = range.upperBound
    }
    return result + text(bytes[position...])
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  /// The parameters of the style's control sequence; nil leaves the terminal's own.
  private static func style(_ kind: HighlightKind) -> String? {
    switch kind {
    case .keyword: "1;34"
    case .number: "36"
    case .string: "32"
    case .interpolation: "33"
    case .comment: "2"
    case .call: "34"
    case .operator, .name: nil
    }
  }
}
