/// A word of a line that is compared with a claim: a number, or a run of other characters without
/// white space.
enum ClaimWord: Equatable, Sendable {
  /// `unit`: one step of the last digit written after the point; 0 when there is none.
  case number(Double, unit: Double, text: String)
  case text(String)

  static let defaultRelativeTolerance = 1e-6

  /// Whether the word, claimed, is met by another, shown.
  func matches(_ shown: ClaimWord, rtol: Double?, atol: Double) -> Bool {
    switch (self, shown) {
    case (.text(let a), .text(let b)):
      return a == b
    case (.number(let a, let unit, let textA), .number(let b, let unitB, let textB)):
      if textA == textB || a == b { return true }
      if unit == 0, unitB == 0, rtol == nil, atol == 0 { return false }
      let tolerance = atol + (rtol ?? Self.defaultRelativeTolerance) * a.magnitude
      // A hair more than half a unit, since neither the unit nor the difference is exact in binary.
      return (a - b).magnitude <= max(tolerance, unit * 0.500001)
    case (.number, .text), (.text, .number):
      return false
    }
  }

  /// Splits a line at white space and around numbers: `loss=0.25,` is `loss=`, 0.25 and `,`.
  static func words(of line: String) -> [ClaimWord] {
    var splitter = Splitter(scalars: Array(line.unicodeScalars))
    return splitter.words()
  }
}

/// Cuts a line into words.
private struct Splitter {
  let scalars: [Unicode.Scalar]
  var index = 0

  mutating func words() -> [ClaimWord] {
    var words: [ClaimWord] = []
    var pending = String.UnicodeScalarView()
    func flush() {
      if !pending.isEmpty { words.append(.text(String(pending))) }
      pending = String.UnicodeScalarView()
    }
    while index < scalars.count {
      let scalar = scalars[index]
      if scalar.properties.isWhitespace {
        flush()
        index += 1
      } else if !isPartOfName(pending.last), let number = number() {
        flush()
        words.append(number)
      } else {
        pending.append(scalar)
        index += 1
      }
    }
    flush()
    return words
  }

  /// Whether no number can begin after this character: `f64` and `x1` are names.
  private func isPartOfName(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    return scalar == "_" || scalar.properties.isAlphabetic || isDigit(scalar)
  }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }

  private func isAt(_ wanted: Unicode.Scalar...) -> Bool {
    index < scalars.count && wanted.contains(scalars[index])
  }

  private mutating func skipDigits() -> Int {
    let first = index
    while index < scalars.count, isDigit(scalars[index]) { index += 1 }
    return index - first
  }

  /// The number that begins here; nil, and nothing read, when none does.
  private mutating func number() -> ClaimWord? {
    let start = index
    if isAt("-", "+") { index += 1 }
    let whole = skipDigits()
    var fraction = 0
    if isAt(".") {
      let point = index
      index += 1
      fraction = skipDigits()
      // `1.` is a number, as tensors print it; in `1..3` and `1.x` the point belongs to the text.
      let next = index < scalars.count ? scalars[index] : nil
      if fraction == 0, whole == 0 || isAt(".") || isPartOfName(next) { index = point }
    }
    guard whole + fraction > 0 else {
      index = start
      return nil
    }
    var exponent = 0
    if isAt("e", "E") {
      let mark = index
      index += 1
      if isAt("-", "+") { index += 1 }
      if skipDigits() == 0 {
        index = mark
      } else {
        exponent = Int(text(mark + 1..<index)) ?? 0
      }
    }
    let written = text(start..<index)
    let scale = max(-400, min(400, exponent)) - fraction
    let unit = fraction == 0 ? 0 : Double("1e\(scale)") ?? 0
    let value = Double(written.replacing(".", with: ".0", maxReplacements: fraction == 0 ? 1 : 0))
    return .number(value ?? .nan, unit: unit.isFinite ? unit : 0, text: written)
  }

  private func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }
}
