/// What a number or a tensor in coherent SI units is a quantity of, and how it wants to be shown.
///
/// One measure belongs to a whole tensor: an operation on a million volts compares one pair of
/// dimensions. The unit to show never takes part in a result's value or in equality.
package struct Measure: Sendable {
  package let dimension: Dimension
  /// The unit that the user wrote or asked for; nil when it is to be chosen.
  package let shown: Unit?

  /// A plain number's.
  package static let none = Measure(.none)

  package init(_ dimension: Dimension) {
    self.dimension = dimension
    shown = nil
  }

  /// That of a quantity written in a unit. In coherent SI units such a quantity is
  /// `unit.coherent(value)`.
  package init(_ unit: Unit) {
    dimension = unit.dimension
    shown = unit.factors.isEmpty ? nil : unit
  }

  /// Whether a quantity of it may become a plain number again: no dimension, no unit of angle.
  package var isNone: Bool { dimension.isNone && shown == nil }

  /// That of `lhs + rhs`, `lhs - rhs` and of comparisons: the left operand's unit is kept.
  ///
  /// - Throws: `dimensionsDiffer`.
  /// - Complexity: O(1).
  package func common(with other: Measure) throws(UnitError) -> Measure {
    guard dimension == other.dimension else {
      throw .dimensionsDiffer(lhs: self, rhs: other)
    }
    return shown == nil ? other : self
  }

  /// That of `lhs * rhs`. Times a plain number the unit is kept, else it is chosen anew:
  /// `1mV * 1nA` is shown as `1 pW`.
  ///
  /// - Throws: `exponentTooLarge`.
  /// - Complexity: O(1).
  package func multiplied(by other: Measure) throws(UnitError) -> Measure {
    if other.dimension.isNone { return dimension.isNone ? .none : scaled }
    if dimension.isNone { return other.scaled }
    return Measure(try dimension.multiplied(by: other.dimension))
  }

  /// That of a multiple by a plain number: an angle stays one, degrees Celsius become
  /// kelvins.
  package var scaled: Measure {
    guard let shown, shown.offset != 0 else { return self }
    return Measure(dimension)
  }

  /// That of `lhs / rhs`.
  ///
  /// - Throws: `exponentTooLarge`.
  /// - Complexity: O(1).
  package func divided(by other: Measure) throws(UnitError) -> Measure {
    if other.isNone { return scaled }
    if other.dimension.isNone { return dimension.isNone ? .none : scaled }
    return Measure(try dimension.divided(by: other.dimension))
  }

  /// That of `quantity ^ exponent`; `sqrt` is the power 0.5.
  ///
  /// - Throws: `exponent` for what is no fraction with a denominator up to 24, `exponentTooLarge`.
  /// - Complexity: O(1).
  package func power(_ exponent: Double) throws(UnitError) -> Measure {
    if dimension.isNone { return .none }
    guard let fraction = Rational(exactly: exponent) else { throw .exponent(exponent) }
    if fraction == .one { return self }
    return Measure(try dimension.power(fraction))
  }

  /// The same quantity to be shown in `unit`.
  ///
  /// - Throws: `dimensionsDiffer`.
  package func converted(to unit: Unit) throws(UnitError) -> Measure {
    guard dimension == unit.dimension else {
      throw .dimensionsDiffer(lhs: self, rhs: Measure(unit))
    }
    return Measure(unit)
  }
}

extension Measure: Hashable {
  /// Whether both are quantities of one dimension, however they are shown.
  package static func == (lhs: Measure, rhs: Measure) -> Bool { lhs.dimension == rhs.dimension }

  package func hash(into hasher: inout Hasher) { hasher.combine(dimension) }
}
