internal import Glibc

/// The number of coherent SI units in a unit, exactly: a product of powers of primes and of π.
///
/// `min` is 2²·3·5, `mV` 2⁻³·5⁻³, `deg` π·2⁻²·3⁻²·5⁻¹, and `mV^(1/2)` has half exponents. Two
/// scales are equal only when the numbers are; what cancels in a conversion leaves no rounding.
package struct Scale: Hashable, Sendable {
  /// Exponents by prime, none of them 0; π stands under 0.
  private let exponents: [Int: Rational]

  package static let one = Scale(exponents: [:])
  static let pi = Scale(exponents: [0: .one])

  private init(exponents: [Int: Rational]) { self.exponents = exponents }

  /// `digits · 10^power`, for whole `digits` of at least 1.
  init(_ digits: Int, power: Int = 0) {
    var exponents: [Int: Int] = [:]
    var rest = digits
    var prime = 2
    while prime * prime <= rest {
      while rest % prime == 0 {
        exponents[prime, default: 0] += 1
        rest /= prime
      }
      prime += 1
    }
    if rest > 1 { exponents[rest, default: 0] += 1 }
    exponents[2, default: 0] += power
    exponents[5, default: 0] += power
    self.init(exponents: exponents.compactMapValues { $0 == 0 ? nil : Rational($0) })
  }

  /// - Throws: `UnitError.exponentTooLarge`.
  package func multiplied(by other: Scale) throws(UnitError) -> Scale {
    var result = exponents
    for (prime, exponent) in other.exponents {
      guard let sum = (result[prime] ?? .zero).adding(exponent) else { throw .exponentTooLarge }
      result[prime] = sum == .zero ? nil : sum
    }
    return Scale(exponents: result)
  }

  /// - Throws: `UnitError.exponentTooLarge`.
  package func divided(by other: Scale) throws(UnitError) -> Scale {
    try multiplied(by: other.power(Rational.one.negated))
  }

  /// - Throws: `UnitError.exponentTooLarge`.
  package func power(_ exponent: Rational) throws(UnitError) -> Scale {
    if exponent == .zero { return .one }
    var result: [Int: Rational] = [:]
    for (prime, own) in exponents {
      guard let product = own.multiplied(by: exponent) else { throw .exponentTooLarge }
      result[prime] = product
    }
    return Scale(exponents: result)
  }

  /// How a magnitude is multiplied by the scale.
  package var conversion: Conversion {
    var over = 1.0
    var under = 1.0
    var ten = 0
    var other = 1.0
    let two = exponents[2] ?? .zero
    let five = exponents[5] ?? .zero
    // Powers of ten are taken together: an exact integer, or a literal that is rounded once.
    if two.isInteger, five.isInteger, (two.numerator < 0) == (five.numerator < 0) {
      ten =
        two.numerator < 0
        ? max(two.numerator, five.numerator)
        : min(two.numerator, five.numerator)
    }
    for (prime, exponent) in exponents.sorted(by: { $0.key < $1.key }) {
      let isTen = prime == 2 || prime == 5
      let left = (isTen ? exponent.adding(Rational(-ten) ?? .zero) : exponent) ?? exponent
      let base = prime == 0 ? Double.pi : Double(prime)
      if !left.isInteger {
        other *= pow(base, left.value)
      } else if left.numerator > 0 {
        over *= pow(base, Double(left.numerator))
      } else if left.numerator < 0 {
        under *= pow(base, Double(-left.numerator))
      }
    }
    return Conversion(over: over, under: under, ten: ten, other: other)
  }
}

/// Multiplication by a scale: `x · numerator / denominator`.
///
/// Both are exact whole numbers when the scale is a fraction of such (`nm^2`, `min`), so a decimal
/// prefix costs one correctly rounded operation. Else each factor is rounded too, by some units in
/// the last place.
package struct Conversion: Hashable, Sendable {
  package let numerator: Double
  package let denominator: Double

  fileprivate init(over: Double, under: Double, ten: Int, other: Double) {
    let exact = 0x1p53
    let power = pow(10, Double(ten.magnitude))
    // 10^n is as exact as 5^n is: up to 10^22.
    let odd = pow(5, Double(ten.magnitude))
    if other == 1, ten >= 0, over * odd <= exact, under <= exact {
      (numerator, denominator) = (over * power, under)
    } else if other == 1, ten < 0, under * odd <= exact, over <= exact {
      (numerator, denominator) = (over, under * power)
    } else if over <= exact, over == over.rounded(), let digits = Int(exactly: over),
      let product = Double("\(digits)e\(ten)")
    {
      // `1602176634e-28`, rounded once.
      (numerator, denominator) = (product / under * other, 1)
    } else {
      let factor = ten >= 0 ? power : 1 / power
      (numerator, denominator) = (over / under * other * factor, 1)
    }
  }

  /// From the unit to coherent SI units.
  package func apply(_ value: Double) -> Double {
    denominator == 1 ? value * numerator : value * numerator / denominator
  }

  /// From coherent SI units to the unit.
  package func reverse(_ value: Double) -> Double {
    numerator == 1 ? value * denominator : value * denominator / numerator
  }
}
