internal import Diagnostics

/// The prompts, with readline's marks (`\u{1}`, `\u{2}`) around what takes no column.
struct Prompt {
  /// Asks for an entry.
  let primary: String
  /// Asks for another line of it.
  let continuation: String

  init(usesColour: Bool, isUTF8: Bool) {
    let sign = isUTF8 ? "λ>" : "lamella>"
    let dots = String(repeating: ".", count: sign.count)
    primary = (usesColour ? Self.painted(sign, "1;36") : sign) + " "
    continuation = (usesColour ? Self.painted(dots, "2") : dots) + " "
  }

  /// The columns that a prompt takes on the screen.
  static func columns(of prompt: String) -> Int {
    var isMarked = false
    var visible = ""
    for scalar in prompt.unicodeScalars {
      switch scalar {
      case "\u{1}": isMarked = true
      case "\u{2}": isMarked = false
      default: if !isMarked { visible.unicodeScalars.append(scalar) }
      }
    }
    return DisplayWidth.of(visible)
  }

  private static func painted(_ text: String, _ style: String) -> String {
    "\u{1}\u{1b}[\(style)m\u{2}\(text)\u{1}\u{1b}[0m\u{2}"
  }
}
