internal import Glibc

/// A Float as the language shows it, like Python's `repr`: `0.1`, `1.0`, `1e-05`, `inf`, `nan`.
package func formatFloat(_ value: Double) -> String { ShortestDecimal(value).text }

/// An `f32` with the fewest digits that name it among the `f32`: `0.1`; from a million on `1e+06`,
/// as NumPy.
package func formatFloat(_ value: Float) -> String { ShortestDecimal(value).text }

/// A Complex as NumPy shows it: `(1+2j)`, `2j`.
package func formatFloat(_ value: Complex) -> String {
  formatComplex(ShortestDecimal(value.real), ShortestDecimal(value.imaginary))
}

/// `(1+2j)`; `2j` when the real part is +0.
func formatComplex(_ real: ShortestDecimal, _ imaginary: ShortestDecimal) -> String {
  let tail = imaginary.textWithoutPointZero
  if real.isPositiveZero { return tail + "j" }
  let sign = imaginary.isNegative ? "" : "+"
  return "(" + real.textWithoutPointZero + sign + tail + "j)"
}

/// The float types that are printed by their shortest digits.
protocol ShortestFloat: BinaryFloatingPoint, CustomStringConvertible {
  /// In a tensor, values from here on are written with an exponent.
  static var exponentFrom: Self { get }
  /// Alone, values from here on are written with an exponent.
  static var scalarExponentFrom: Self { get }
}

extension Double: ShortestFloat {
  static var exponentFrom: Double { 1e8 }
  static var scalarExponentFrom: Double { 1e16 }
}

extension Float: ShortestFloat {
  static var exponentFrom: Float { 1e6 }
  static var scalarExponentFrom: Float { 1e6 }
}

/// The fewest decimal digits that name a float among its type: ±0.d₁d₂d₃… · 10^exponent.
struct ShortestDecimal {
  let isNegative: Bool
  /// Without leading or trailing zeros; empty for 0.
  private(set) var digits: [UInt8] = []
  private(set) var exponent = 0
  /// `nan` or `inf`; nil for a finite number.
  let special: String?
  /// Whether the number is written with an exponent when it stands alone.
  private let usesExponent: Bool

  var isPositiveZero: Bool { special == nil && digits.isEmpty && !isNegative }

  init<Value: ShortestFloat>(_ value: Value) {
    isNegative = value.sign == .minus && !value.isNaN
    let size = value.magnitude
    usesExponent = size != 0 && (size >= Value.scalarExponentFrom || Double(size) < 1e-4)
    guard value.isFinite else {
      special = value.isNaN ? "nan" : "inf"
      return
    }
    special = nil
    parse(size.description)
  }

  /// Reads what Swift prints: `12.5`, `1e-05`, `1.5e+20`.
  private mutating func parse(_ text: String) {
    var pointPosition: Int?
    var power = 0
    let parts = text.utf8.split(separator: UInt8(ascii: "e"))
    for byte in parts[0] {
      if byte == UInt8(ascii: ".") { pointPosition = digits.count } else { digits.append(byte) }
    }
    if parts.count > 1 { power = Int(String(Substring(parts[1]))) ?? 0 }
    let zero = UInt8(ascii: "0")
    exponent = (pointPosition ?? digits.count) + power
    let leading = digits.prefix { $0 == zero }.count
    digits.removeFirst(leading)
    exponent -= leading
    while digits.last == zero { digits.removeLast() }
    if digits.isEmpty { exponent = 1 }
  }

  /// Digits before and after the point, without sign; `0` before the point when there are none.
  var positional: (whole: String, fraction: String) {
    let zero = UInt8(ascii: "0")
    if exponent <= 0 {
      let lead = [UInt8](repeating: zero, count: digits.isEmpty ? 0 : -exponent)
      return ("0", String(decoding: lead + digits, as: UTF8.self))
    }
    var whole = Array(digits.prefix(exponent))
    if whole.isEmpty { whole = [zero] }
    if !digits.isEmpty, whole.count < exponent {
      whole += [UInt8](repeating: zero, count: exponent - whole.count)
    }
    return (
      String(decoding: whole, as: UTF8.self),
      String(decoding: digits.dropFirst(exponent), as: UTF8.self)
    )
  }

  private var sign: String { isNegative ? "-" : "" }

  /// Python's `repr`.
  var text: String {
    if let special { return sign + special }
    if usesExponent { return sign + scientific }
    let (whole, fraction) = positional
    return sign + whole + "." + (fraction.isEmpty ? "0" : fraction)
  }

  /// `1` rather than `1.0`, as the parts of a complex number are written.
  var textWithoutPointZero: String {
    let full = text
    return full.hasSuffix(".0") ? String(full.dropLast(2)) : full
  }

  private var scientific: String {
    let power = exponent - 1
    let head = String(decoding: digits.prefix(1), as: UTF8.self)
    let rest = String(decoding: digits.dropFirst(), as: UTF8.self)
    let size = String(power.magnitude)
    return head + (rest.isEmpty ? "" : "." + rest) + (power < 0 ? "e-" : "e+")
      + (size.utf8.count < 2 ? "0" + size : size)
  }
}

/// How the floats of one tensor are written: all with one width and, where exponents are used, one
/// number of digits.
struct FloatFormat {
  static let precision = 8

  /// Each value as text; all texts have one length.
  ///
  /// - Parameter showsPlus: Whether positive numbers begin with `+` (imaginary parts).
  static func texts<Value: ShortestFloat>(_ values: [Value], showsPlus: Bool = false) -> [String] {
    let finite = values.filter(\.isFinite)
    let parts =
      usesExponent(finite)
      ? scientificParts(values, finite) : values.map { positionalParts($0) }
    func signed(_ value: Value) -> String { value.sign == .minus ? "-" : showsPlus ? "+" : "" }
    // Widths come from finite values alone.
    var left = 0
    var right = 0
    for (value, part) in zip(values, parts) where value.isFinite {
      left = max(left, signed(value).utf8.count + part.whole.utf8.count)
      right = max(right, part.fraction.utf8.count)
    }
    if finite.count < values.count {
      let needsSign = showsPlus || values.contains { $0 == -.infinity }
      left = max(left, 3 - (right + 1), 3 + (needsSign ? 1 : 0) - (right + 1))
    }
    return zip(values, parts).map { value, part in
      if value.isNaN { return ((showsPlus ? "+" : "") + "nan").padded(left: left + right + 1) }
      if value.isInfinite { return (signed(value) + "inf").padded(left: left + right + 1) }
      let padding = String(repeating: " ", count: right - part.fraction.utf8.count)
      return (signed(value) + part.whole).padded(left: left) + "." + part.fraction + padding
    }
  }

  /// Large, tiny or very different magnitudes.
  private static func usesExponent<Value: ShortestFloat>(_ finite: [Value]) -> Bool {
    let sizes = finite.lazy.filter { $0 != 0 }.map(\.magnitude)
    guard let largest = sizes.max(), let smallest = sizes.min() else { return false }
    return largest >= Value.exponentFrom || smallest < Value(0.0001) || largest / smallest > 1000
  }

  /// The shortest digits, or the exact value rounded to 8 places when those are more.
  private static func positionalParts<Value: ShortestFloat>(
    _ value: Value
  ) -> (whole: String, fraction: String) {
    guard value.isFinite else { return ("", "") }
    let parts = ShortestDecimal(value).positional
    if parts.fraction.utf8.count <= precision { return parts }
    let text = printed("%.*f", precision, Double(value.magnitude))
    let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
    return (String(pieces[0]), trimmingZeros(pieces[1]))
  }

  /// `d` and `ddde±xx`, with the same number of digits and of exponent digits for all.
  private static func scientificParts<Value: ShortestFloat>(
    _ values: [Value], _ finite: [Value]
  ) -> [(whole: String, fraction: String)] {
    var places = 0
    var exponentDigits = 2
    for value in finite {
      let shortest = ShortestDecimal(value)
      var needed = max(0, shortest.digits.count - 1)
      if needed > precision {
        let mantissa = printed("%.*e", precision, Double(value.magnitude)).prefix { $0 != "e" }
        needed = trimmingZeros(mantissa.dropFirst(2)).utf8.count
      }
      places = max(places, needed)
      exponentDigits = max(exponentDigits, String((shortest.exponent - 1).magnitude).utf8.count)
    }
    return values.map { value in
      guard value.isFinite else { return ("", "") }
      let text = printed("%.*e", places, Double(value.magnitude))
      let pieces = text.split(separator: "e")
      let power = pieces[1].dropFirst()
      let zeros = String(repeating: "0", count: max(0, exponentDigits - power.utf8.count))
      let fraction = pieces[0].dropFirst(2)
      return (String(pieces[0].prefix(1)), fraction + "e" + pieces[1].prefix(1) + zeros + power)
    }
  }

  private static func trimmingZeros(_ digits: Substring) -> String {
    var kept = digits
    while kept.last == "0" { kept.removeLast() }
    return String(kept)
  }

  /// C's `printf` of one double with a number of places: digits of the exact value, ties to even.
  static func printed(_ format: String, _ places: Int, _ value: Double) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      let length = withVaList([Int32(places), value]) {
        vsnprintf(buffer.baseAddress, buffer.count, format, $0)
      }
      let used = buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }
      return String(decoding: used, as: UTF8.self)
    }
  }
}
