/// An exact exponent, as `1/2` in `mV^(1/2)`.
///
/// Numerator and denominator fit in 16 bits; what does not is no exponent a unit can have.
package struct Rational: Hashable, Sendable {
  /// Has the sign.
  package let numerator: Int
  /// At least 1, without a factor that the numerator shares.
  package let denominator: Int

  package static let zero = Rational(unchecked: 0, 1)
  package static let one = Rational(unchecked: 1, 1)

  private init(unchecked numerator: Int, _ denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The fraction in lowest terms; nil for a denominator of 0 or more than 16 bits.
  package init?(_ numerator: Int, _ denominator: Int = 1) {
    guard denominator != 0, numerator != .min, denominator != .min else { return nil }
    let divisor = greatestCommonDivisor(numerator, denominator)
    let sign = denominator < 0 ? -1 : 1
    let reduced = (numerator / divisor * sign, denominator / divisor * sign)
    guard abs(reduced.0) <= Rational.limit, reduced.1 <= Rational.limit else { return nil }
    self.init(unchecked: reduced.0, reduced.1)
  }

  /// The fraction with the least denominator, up to 24, that is `value` to the last bit; nil when
  /// there is none, as for 0.3137.
  package init?(exactly value: Double) {
    guard value.magnitude <= Double(Rational.limit) else { return nil }
    for denominator in 1...24 {
      let numerator = (value * Double(denominator)).rounded()
      guard numerator / Double(denominator) == value else { continue }
      self.init(Int(numerator), denominator)
      return
    }
    return nil
  }

  /// The largest numerator and denominator.
  static let limit = Int(Int16.max)

  package var isInteger: Bool { denominator == 1 }

  /// The nearest Float.
  package var value: Double { Double(numerator) / Double(denominator) }

  package var negated: Rational { Rational(unchecked: -numerator, denominator) }

  /// nil beyond 16 bits.
  package func adding(_ other: Rational) -> Rational? {
    Rational(
      numerator * other.denominator + other.numerator * denominator,
      denominator * other.denominator)
  }

  /// nil beyond 16 bits.
  package func multiplied(by other: Rational) -> Rational? {
    Rational(numerator * other.numerator, denominator * other.denominator)
  }

  /// `3`, `-1/2`.
  package var text: String { isInteger ? "\(numerator)" : "\(numerator)/\(denominator)" }
}

/// The greatest common divisor of the magnitudes; 1 when both are 0. Neither may be `Int.min`.
func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (abs(a), abs(b))
  while b != 0 { (a, b) = (b, a % b) }
  return max(a, 1)
}
