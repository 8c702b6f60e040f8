/// The formulas of a Markdown text, taken out before the Markdown is read, which would eat their
/// backslashes and underscores.
///
/// `$…$` is inline: no white space inside the dollars, no digit after the closing one, no letter or
/// digit before the opening
/// one. `$$…$$` is displayed. Neither crosses an empty line; `\$` is a dollar; code is left alone.
struct Mathematics {
  struct Formula: Equatable, Sendable {
    let tex: String
    let isDisplay: Bool

    /// As written.
    var source: String { isDisplay ? "$$\(tex)$$" : "$\(tex)$" }
  }

  /// The text with a mark in place of each formula.
  private(set) var text = ""
  private(set) var formulas: [Formula] = []
  /// Private-use characters that the text does not hold: a mark is `open`, the formula's index,
  /// `close`.
  private let open: Unicode.Scalar
  private let close: Unicode.Scalar

  /// - Parameter fences: line ranges that hold code, as `MarkdownFence` gives them.
  init(_ bytes: ArraySlice<UInt8>, fences: [MarkdownFence]) {
    let used = Set(String(decoding: bytes, as: UTF8.self).unicodeScalars.lazy.map(\.value))
    let free = [0xE000...0xF8FF, 0xF_0000...0xF_FFFD].joined().lazy
      .filter { !used.contains(UInt32($0)) }.compactMap(Unicode.Scalar.init)
    let pair = Array(free.prefix(2))
    (open, close) = pair.count == 2 ? (pair[0], pair[1]) : ("\u{10FFFC}", "\u{10FFFD}")
    let lines = LineTable(bytes)
    var position = bytes.startIndex
    for fence in fences {
      let start = lines.range(fence.firstLine).lowerBound
      let end = lines.fullRange(fence.lastLine).upperBound
      guard start >= position else { continue }
      scan(bytes[position..<start])
      text += String(decoding: bytes[start..<end], as: UTF8.self)
      position = end
    }
    scan(bytes[position...])
  }

  // MARK: - Marks

  enum Part {
    case text(String)
    case formula(Int)
  }

  /// The mark that stands for a formula, or, from `formulas.count` on, for whatever else a caller
  /// puts in its place.
  func mark(_ index: Int) -> String { "\(open)\(index)\(close)" }

  /// Splits a text at the marks in it.
  func parts(of text: String) -> [Part] {
    guard text.unicodeScalars.contains(open) else { return [.text(text)] }
    var parts: [Part] = []
    var plain = String.UnicodeScalarView()
    var digits: String.UnicodeScalarView?
    for scalar in text.unicodeScalars {
      if scalar == open {
        digits = String.UnicodeScalarView()
      } else if scalar == close, let index = digits.flatMap({ Int(String($0)) }) {
        if !plain.isEmpty { parts.append(.text(String(plain))) }
        plain = String.UnicodeScalarView()
        parts.append(.formula(index))
        digits = nil
      } else if digits != nil {
        digits?.append(scalar)
      } else {
        plain.append(scalar)
      }
    }
    if !plain.isEmpty { parts.append(.text(String(plain))) }
    return parts
  }

  /// The text as it was written, for places where a formula is none: code, addresses.
  func restored(_ text: String) -> String {
    parts(of: text).map {
      switch $0 {
      case .text(let text): text
      case .formula(let index): formulas.indices.contains(index) ? formulas[index].source : ""
      }
    }.joined()
  }

  // MARK: - Scanning

  private mutating func scan(_ bytes: ArraySlice<UInt8>) {
    let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    var output = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      var end = index + 1
      if scalar == "\\" {
        end = min(scalars.count, index + 2)
      } else if scalar == "`" {
        end = Self.codeEnd(scalars, from: index)
      } else if scalar == "$", let formula = Self.formula(scalars, at: index) {
        output.append(contentsOf: mark(formulas.count).unicodeScalars)
        formulas.append(formula.formula)
        index = formula.end
        continue
      }
      output.append(contentsOf: scalars[index..<end])
      index = end
    }
    text += String(output)
  }

  /// Where a code span that begins here ends; after its opening backticks when it is none.
  private static func codeEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
    var index = start
    while index < scalars.count, scalars[index] == "`" { index += 1 }
    let length = index - start
    let afterOpening = index
    while index < scalars.count, !isParagraphEnd(scalars, index) {
      guard scalars[index] == "`" else {
        index += 1
        continue
      }
      let run = index
      while index < scalars.count, scalars[index] == "`" { index += 1 }
      if index - run == length { return index }
    }
    return afterOpening
  }

  private static func isParagraphEnd(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    guard scalars[index] == "\n" else { return false }
    let rest = scalars[(index + 1)...].prefix {
      $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n"
    }
    return rest.contains("\n")
  }

  private static func formula(
    _ scalars: [Unicode.Scalar], at start: Int
  ) -> (formula: Formula, end: Int)? {
    let isDisplay = start + 1 < scalars.count && scalars[start + 1] == "$"
    let first = start + (isDisplay ? 2 : 1)
    guard first < scalars.count, isDisplay || !scalars[first].properties.isWhitespace else {
      return nil
    }
    if !isDisplay, start > 0, isAlphanumeric(scalars[start - 1]) { return nil }
    var index = first
    while index < scalars.count, !isParagraphEnd(scalars, index) {
      switch scalars[index] {
      case "\\":
        index += 2
        continue
      case "`" where !isDisplay:
        return nil
      case "$":
        let isClosing =
          isDisplay
          ? index + 1 < scalars.count && scalars[index + 1] == "$"
          : index > first && !scalars[index - 1].properties.isWhitespace
            && !(index + 1 < scalars.count && isDigit(scalars[index + 1]))
        if isClosing {
          let tex = String(String.UnicodeScalarView(scalars[first..<index])).trimmed
          guard !tex.isEmpty else { return nil }
          return (Formula(tex: tex, isDisplay: isDisplay), index + (isDisplay ? 2 : 1))
        }
      default:
        break
      }
      index += 1
    }
    return nil
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }

  private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || isDigit(scalar)
  }
}
