/// What can be wrong with units, as values; the sentences are the language's.
package enum UnitError: Error, Equatable, Sendable {
  /// No unit is spelled like that; `nearest` is one that is.
  case unknownUnit(String, nearest: String?)
  /// Text that is no unit expression, from the UTF-8 byte `offset` on.
  case malformed(String, offset: Int)
  /// Two quantities that cannot be added, compared or converted: volts and metres.
  case dimensionsDiffer(lhs: Measure, rhs: Measure)
  /// `quantity ^ 0.3137`: an exponent that is no fraction of small numbers.
  case exponent(Double)
  /// An exponent that grew beyond 16 bits.
  case exponentTooLarge
  /// `°C` inside a product or under a power, where its zero has no meaning.
  case offsetInProduct(String)
}
