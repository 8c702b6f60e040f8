internal import Syntax

/// Code of the language as HTML, its parts marked by class.
enum CodeHighlighter {
  static func html(for code: String) -> String {
    let bytes = Array(code.utf8)
    var html = ""
    var position = 0
    for (range, kind) in Lexer.highlights(of: code) {
      // Marks come in order; what overlaps an earlier one is left to it.
      guard range.lowerBound >= position, range.upperBound <= bytes.count else { continue }
      html += escaped(bytes[position..<range.lowerBound])
      let text = escaped(bytes[range])
      if let name = className(kind) {
        html += "<span class=\"\(name)\">\(text)</span>"
      } else {
        html += text
      }
      position = range.upperBound
    }
    return html + escaped(bytes[position...])
  }

  private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    HTMLText.escape(String(decoding: bytes, as: UTF8.self))
  }

  /// nil: shown as plain text.
  private static func className(_ kind: HighlightKind) -> String? {
    switch kind {
    case .keyword: "k"
    case .number: "n"
    case .string: "s"
    case .interpolation: "i"
    case .comment: "c"
    case .operator: "o"
    case .call: "f"
    case .name: nil
    }
  }
}
