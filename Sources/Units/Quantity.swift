/// A number with a unit: `70mV`.
///
/// The magnitude is in coherent SI units (0.07 for `70mV`), so operations are those of numbers, and
/// derivatives too. Two quantities are equal when magnitude and dimension are.
package struct Quantity: Hashable, Sendable {
  /// In coherent SI units.
  package let magnitude: Double
  package let measure: Measure

  /// A magnitude in coherent SI units.
  package init(coherent magnitude: Double, _ measure: Measure) {
    self.magnitude = magnitude
    self.measure = measure
  }

  /// `value` of a unit: `Quantity(70, millivolt)`.
  package init(_ value: Double, _ unit: Unit) {
    self.init(coherent: unit.coherent(value), Measure(unit))
  }

  /// The bare number in a unit.
  ///
  /// - Throws: `dimensionsDiffer`.
  package func value(in unit: Unit) throws(UnitError) -> Double {
    _ = try measure.converted(to: unit)
    return unit.value(ofCoherent: magnitude)
  }

  /// The same quantity, shown in `unit`.
  ///
  /// - Throws: `dimensionsDiffer`.
  package func converted(to unit: Unit) throws(UnitError) -> Quantity {
    Quantity(coherent: magnitude, try measure.converted(to: unit))
  }

  /// - Throws: `dimensionsDiffer`.
  package func adding(_ other: Quantity) throws(UnitError) -> Quantity {
    Quantity(coherent: magnitude + other.magnitude, try measure.common(with: other.measure))
  }

  /// - Throws: `dimensionsDiffer`.
  package func subtracting(_ other: Quantity) throws(UnitError) -> Quantity {
    let common = try measure.common(with: other.measure)
    // The difference of two temperatures is in kelvins, whatever they were written in.
    return Quantity(coherent: magnitude - other.magnitude, common.scaled)
  }

  /// - Throws: `exponentTooLarge`.
  package func multiplied(by other: Quantity) throws(UnitError) -> Quantity {
    Quantity(coherent: magnitude * other.magnitude, try measure.multiplied(by: other.measure))
  }

  /// - Throws: `exponentTooLarge`.
  package func divided(by other: Quantity) throws(UnitError) -> Quantity {
    Quantity(coherent: magnitude / other.magnitude, try measure.divided(by: other.measure))
  }
}
