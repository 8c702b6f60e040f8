/// Writes styled letters of MathML as the Unicode letters they are: browsers that keep to MathML
/// Core ignore `mathvariant`.
enum MathVariant {
  /// Code points of A, a, alpha (capital, small) and 0 in a style; nil where the style has none.
  private struct Style {
    let capital: UInt32
    let small: UInt32
    var capitalGreek: UInt32?
    var smallGreek: UInt32?
    var digit: UInt32?
    /// Letters that Unicode had before, elsewhere.
    var exceptions: [Character: Character] = [:]
  }

  private static let styles: [String: Style] = [
    "bold": Style(
      capital: 0x1D400, small: 0x1D41A, capitalGreek: 0x1D6A8, smallGreek: 0x1D6C2, digit: 0x1D7CE),
    "italic": Style(
      capital: 0x1D434, small: 0x1D44E, capitalGreek: 0x1D6E2, smallGreek: 0x1D6FC,
      exceptions: ["h": "ℎ"]),
    "bold-italic": Style(
      capital: 0x1D468, small: 0x1D482, capitalGreek: 0x1D71C, smallGreek: 0x1D736, digit: 0x1D7CE),
    "script": Style(
      capital: 0x1D49C, small: 0x1D4B6,
      exceptions: [
        "B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ", "e": "ℯ",
        "g": "ℊ", "o": "ℴ",
      ]),
    "fraktur": Style(
      capital: 0x1D504, small: 0x1D51E,
      exceptions: ["C": "ℭ", "H": "ℌ", "I": "ℑ", "R": "ℜ", "Z": "ℨ"]),
    "double-struck": Style(
      capital: 0x1D538, small: 0x1D552, digit: 0x1D7D8,
      exceptions: ["C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"]),
    "sans-serif": Style(capital: 0x1D5A0, small: 0x1D5BA, digit: 0x1D7E2),
    "bold-sans-serif": Style(
      capital: 0x1D5D4, small: 0x1D5EE, capitalGreek: 0x1D756, smallGreek: 0x1D770, digit: 0x1D7EC),
    "sans-serif-italic": Style(capital: 0x1D608, small: 0x1D622),
    "monospace": Style(capital: 0x1D670, small: 0x1D68A, digit: 0x1D7F6),
  ]

  /// The MathML with styled letters spelled out; `mathvariant="normal"` is understood everywhere
  /// and stays.
  static func spelledOut(_ mathML: String) -> String {
    let attribute = " mathvariant=\""
    var result = ""
    var rest = mathML[...]
    while let start = rest.firstRange(of: attribute) {
      result += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      let name = String(rest.prefix { $0 != "\"" })
      rest = rest.dropFirst(name.count + 1)
      guard let style = styles[name] else {
        result += "\(attribute)\(name)\""
        continue
      }
      let tag = rest.prefix { $0 != ">" }
      rest = rest.dropFirst(tag.count + 1)
      let text = rest.prefix { $0 != "<" }
      rest = rest.dropFirst(text.count)
      let letters = String(text.map { letter($0, style) })
      // A lone letter would be slanted once more.
      let upright = letters.count == 1 ? "\(attribute)normal\"" : ""
      result += "\(upright)\(tag)>\(letters)"
    }
    return result + rest
  }

  private static func letter(_ character: Character, _ style: Style) -> Character {
    if let exception = style.exceptions[character] { return exception }
    guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1 else {
      return character
    }
    func moved(_ first: UInt32, _ start: UInt32?) -> Character {
      guard let start, let new = Unicode.Scalar(start + scalar.value - first) else {
        return character
      }
      return Character(new)
    }
    switch scalar {
    case "A"..."Z": return moved(0x41, style.capital)
    case "a"..."z": return moved(0x61, style.small)
    case "0"..."9": return moved(0x30, style.digit)
    case "Α"..."Ω": return moved(0x391, style.capitalGreek)
    case "α"..."ω": return moved(0x3B1, style.smallGreek)
    default: return character
    }
  }
}
