/// A product of named units with prefixes and exact exponents: `kV/mm`, `mS/cm^2`, `mV^(1/2)`.
///
/// A unit says how a quantity is read and shown. Quantities themselves are in coherent SI units, so
/// arithmetic never meets a unit, only dimensions.
package struct Unit: Hashable, Sendable {
  /// One named unit of the product.
  struct Factor: Hashable, Sendable {
    let prefix: Prefix?
    /// Its position in `UnitTable.units`.
    let unit: Int
    var exponent: Rational

    var named: NamedUnit { UnitTable.units[unit] }
    /// `mV`.
    var symbol: String { (prefix?.symbol ?? "") + named.symbol }
  }

  /// In the order of writing: first those with positive exponents, each symbol once, none to the
  /// power 0.
  let factors: [Factor]
  package let dimension: Dimension
  /// Coherent SI units in one of it.
  package let scale: Scale
  /// Coherent SI units between the SI's zero and its own: 273.15 for `°C`, else 0.
  package let offset: Double
  private let conversion: Conversion

  /// The unit of plain numbers, whose text is `1`.
  package static let one = Unit(factors: [], dimension: .none, scale: .one, offset: 0)

  private init(factors: [Factor], dimension: Dimension, scale: Scale, offset: Double) {
    self.factors = factors
    self.dimension = dimension
    self.scale = scale
    self.offset = offset
    conversion = scale.conversion
  }

  /// The product of factors, in canonical order.
  ///
  /// - Throws: `exponentTooLarge`; `offsetInProduct` for `°C` with company.
  init(_ given: [Factor]) throws(UnitError) {
    var merged: [Factor] = []
    for factor in given {
      if let place = merged.firstIndex(where: {
        $0.unit == factor.unit && $0.prefix == factor.prefix
      }) {
        guard let sum = merged[place].exponent.adding(factor.exponent) else {
          throw .exponentTooLarge
        }
        merged[place].exponent = sum
      } else {
        merged.append(factor)
      }
    }
    merged.removeAll { $0.exponent == .zero }
    let ordered =
      merged.filter { $0.exponent.numerator > 0 } + merged.filter { $0.exponent.numerator < 0 }
    var dimension = Dimension.none
    var scale = Scale.one
    var offset = 0.0
    for factor in ordered {
      let named = factor.named
      if named.offset != 0 {
        guard ordered.count == 1, factor.exponent == .one else {
          throw .offsetInProduct(named.symbol)
        }
        offset = named.offset
      }
      let prefixed =
        if let prefix = factor.prefix {
          try named.scale.multiplied(by: Scale(1, power: prefix.power))
        } else {
          named.scale
        }
      dimension = try dimension.multiplied(by: named.dimension.power(factor.exponent))
      scale = try scale.multiplied(by: prefixed.power(factor.exponent))
    }
    self.init(factors: ordered, dimension: dimension, scale: scale, offset: offset)
  }

  /// - Throws: `exponentTooLarge`, `offsetInProduct`.
  package func power(_ exponent: Rational) throws(UnitError) -> Unit {
    try Unit(Unit.raised(factors, to: exponent))
  }

  /// The factors of a power of their product.
  ///
  /// - Throws: `exponentTooLarge`.
  static func raised(_ factors: [Factor], to power: Rational) throws(UnitError) -> [Factor] {
    var result = factors
    for place in result.indices {
      guard let product = result[place].exponent.multiplied(by: power) else {
        throw .exponentTooLarge
      }
      result[place].exponent = product
    }
    return result
  }

  /// A number of this unit in coherent SI units: 25 `°C` is 298.15.
  package func coherent(_ value: Double) -> Double { conversion.apply(value + offset) }

  /// Coherent SI units as a number of this unit.
  package func value(ofCoherent magnitude: Double) -> Double {
    conversion.reverse(magnitude) - offset
  }

  /// Canonical text, which `Unit.init(parsing:)` reads back as the same unit: `kg*m/s^2`,
  /// `J/(mol*K)`, `1/s`, `V^(1/2)`, and `1` for plain numbers.
  package var text: String {
    func written(_ factor: Factor, _ exponent: Rational) -> String {
      if exponent == .one { return factor.symbol }
      return factor.symbol + "^" + (exponent.isInteger ? exponent.text : "(\(exponent.text))")
    }
    let over = factors.filter { $0.exponent.numerator > 0 }.map { written($0, $0.exponent) }
    let under = factors.filter { $0.exponent.numerator < 0 }
      .map { written($0, $0.exponent.negated) }
    let top = over.isEmpty ? "1" : over.joined(separator: "*")
    switch under.count {
    case 0: return top
    case 1: return top + "/" + under[0]
    default: return top + "/(" + under.joined(separator: "*") + ")"
    }
  }
}

extension Dimension {
  /// The product of base units that is coherent for it: `kg*m/s^2`.
  package var coherentUnit: Unit {
    let factors = Base.allCases.compactMap { base -> Unit.Factor? in
      guard let meaning = UnitTable.meaning(of: base.unit) else { return nil }
      let exponent = exponent(of: base)
      return exponent == .zero
        ? nil : Unit.Factor(prefix: meaning.prefix, unit: meaning.unit, exponent: exponent)
    }
    return (try? Unit(factors)) ?? .one
  }
}
