package import Diagnostics

/// The page of a diagnostic code as text for a terminal.
package enum CodePage {
  /// Title, explanation and the two examples, filled to `width` columns.
  package static func text(of code: DiagnosticCode, width: Int) -> String {
    let page = code.page
    let parts = [
      "\(code.rawValue)  \(page.title)", filled(page.explanation, width: min(max(width, 40), 100)),
      "This gives it:", indented(page.wrong), "Put right:", indented(page.right),
    ]
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// Every code with its title, one a line.
  package static var index: String {
    DiagnosticCode.allCases.map { "\($0.rawValue)  \($0.page.title)\n" }.joined()
  }

  /// The code a user wrote, in either case: `e0301`.
  package static func code(named name: String) -> DiagnosticCode? {
    DiagnosticCode(rawValue: name.uppercased())
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n")
  }

  private static func filled(_ text: String, width: Int) -> String {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }
}
