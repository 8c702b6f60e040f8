/// What a quantity is a quantity of: exponents of the seven base dimensions of the SI.
///
/// The exponents are exact fractions, kept over one common denominator in lowest terms, so that two
/// dimensions are compared in O(1), by 20 bytes. An angle has dimension 1, as the SI has it: `rad`
/// is 1 and `deg` is π/180. So `sin` takes both, `rad/s` and `1/s` can be added, and a unit of
/// angle is only a way to show a number.
package struct Dimension: Hashable, Sendable {
  /// Numerators in the order of `Base`; the last lane is always 0.
  private let numerators: SIMD8<Int16>
  /// At least 1; no factor divides it and all numerators.
  private let denominator: Int16

  /// The base dimensions, in the order in which units of them are written.
  package enum Base: Int, CaseIterable, Sendable {
    case mass, length, time, current, temperature, amount, luminousIntensity

    /// The coherent unit, as `kg`.
    package var unit: String {
      switch self {
      case .mass: "kg"
      case .length: "m"
      case .time: "s"
      case .current: "A"
      case .temperature: "K"
      case .amount: "mol"
      case .luminousIntensity: "cd"
      }
    }
  }

  /// That of a plain number and of an angle.
  package static let none = Dimension(numerators: SIMD8(repeating: 0), denominator: 1)

  private init(numerators: SIMD8<Int16>, denominator: Int16) {
    self.numerators = numerators
    self.denominator = denominator
  }

  /// That of one base dimension.
  package init(_ base: Base) {
    var numerators = SIMD8<Int16>(repeating: 0)
    numerators[base.rawValue] = 1
    self.init(numerators: numerators, denominator: 1)
  }

  /// Whole exponents by base dimension: force is `Dimension(mass: 1, length: 1, time: -2)`.
  init(
    mass: Int16 = 0, length: Int16 = 0, time: Int16 = 0, current: Int16 = 0,
    temperature: Int16 = 0, amount: Int16 = 0, luminousIntensity: Int16 = 0
  ) {
    self.init(
      numerators: SIMD8(
        mass, length, time, current, temperature, amount, luminousIntensity, 0),
      denominator: 1)
  }

  /// Whether a quantity of it is a plain number.
  package var isNone: Bool { self == .none }

  /// The exponent of one base dimension.
  package func exponent(of base: Base) -> Rational {
    Rational(Int(numerators[base.rawValue]), Int(denominator)) ?? .zero
  }

  /// That of a product.
  ///
  /// - Throws: `UnitError.exponentTooLarge`.
  /// - Complexity: O(1).
  package func multiplied(by other: Dimension) throws(UnitError) -> Dimension {
    try combined(with: other, sign: 1)
  }

  /// That of a quotient.
  ///
  /// - Throws: `UnitError.exponentTooLarge`.
  /// - Complexity: O(1).
  package func divided(by other: Dimension) throws(UnitError) -> Dimension {
    try combined(with: other, sign: -1)
  }

  /// That of a power: the root for `1/2`.
  ///
  /// - Throws: `UnitError.exponentTooLarge`.
  /// - Complexity: O(1).
  package func power(_ exponent: Rational) throws(UnitError) -> Dimension {
    var products = SIMD8<Int64>(repeating: 0)
    for lane in 0..<8 { products[lane] = Int64(numerators[lane]) * Int64(exponent.numerator) }
    return try Dimension.reduced(products, Int(denominator) * exponent.denominator)
  }

  private func combined(with other: Dimension, sign: Int64) throws(UnitError) -> Dimension {
    let own = Int64(other.denominator)
    let others = Int64(denominator) * sign
    var sums = SIMD8<Int64>(repeating: 0)
    for lane in 0..<8 {
      sums[lane] = Int64(numerators[lane]) * own + Int64(other.numerators[lane]) * others
    }
    return try Dimension.reduced(sums, Int(denominator) * Int(other.denominator))
  }

  /// Lowest terms, if they fit.
  private static func reduced(
    _ numerators: SIMD8<Int64>, _ denominator: Int
  ) throws(UnitError) -> Dimension {
    var divisor = denominator
    for lane in 0..<8 where divisor != 1 {
      divisor = greatestCommonDivisor(divisor, Int(numerators[lane]))
    }
    var small = SIMD8<Int16>(repeating: 0)
    for lane in 0..<8 {
      let numerator = Int(numerators[lane]) / divisor
      guard abs(numerator) <= Rational.limit else { throw .exponentTooLarge }
      small[lane] = Int16(numerator)
    }
    guard denominator / divisor <= Rational.limit else { throw .exponentTooLarge }
    return Dimension(numerators: small, denominator: Int16(denominator / divisor))
  }
}
