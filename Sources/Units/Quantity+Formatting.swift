internal import Glibc

extension Quantity {
  /// Number and unit: `70 mV`, `8.75 MV/m`, `25 °C`, `1.5e-30 kg`.
  ///
  /// In the unit of the measure or, without one, in the unit and prefix that `Measure.unit(for:)`
  /// chooses. The number has the fewest digits that read back as the same magnitude; where no
  /// number of the unit does, the nearest.
  package var text: String {
    let unit = measure.unit(for: magnitude)
    let number = unit.shortestText(ofCoherent: magnitude)
    return unit.factors.isEmpty ? number : number + " " + unit.text
  }
}

extension Measure {
  /// What an axis or a column says behind its name: `mV`; nil for a plain number.
  package func label(for magnitude: Double) -> String? {
    let unit = unit(for: magnitude)
    return unit.factors.isEmpty ? nil : unit.text
  }

  /// The unit to show a magnitude in, for a tensor its largest finite one: `shown`, or a usual unit
  /// of the dimension with a prefix that leaves 1 to 999 before the point (up to a million for
  /// `m^2`), as far as prefixes go. An unusual dimension is shown in base units.
  package func unit(for magnitude: Double) -> Unit {
    if let shown { return shown }
    guard let usual = Measure.usualUnits[dimension] else { return dimension.coherentUnit }
    guard magnitude != 0, magnitude.isFinite else { return usual }
    var best = usual
    var bestFaults = Measure.faults(usual.value(ofCoherent: magnitude.magnitude))
    for unit in Measure.prefixed(usual) {
      let faults = Measure.faults(unit.value(ofCoherent: magnitude.magnitude))
      if faults < bestFaults { (best, bestFaults) = (unit, faults) }
    }
    return best
  }

  /// How far a number is from 1 to 999, in decimal places.
  private static func faults(_ value: Double) -> Double {
    // Rounding may leave 0.9999999999999999 of what is 1.
    if value >= 1 - 1e-12 { return max(0, log10(value) - 3 + 1e-12).rounded(.up) }
    return (-log10(value)).rounded(.up)
  }

  /// The unit with each prefix in steps of a thousand on its first factor, smallest first.
  private static func prefixed(_ unit: Unit) -> [Unit] {
    guard let first = unit.factors.first, first.named.takesPrefix else { return [] }
    return ([nil] + UnitTable.prefixes.map(Optional.some)).compactMap { prefix in
      guard (prefix?.power ?? 0) % 3 == 0 else { return nil }
      let lead = Unit.Factor(prefix: prefix, unit: first.unit, exponent: first.exponent)
      return try? Unit([lead] + unit.factors.dropFirst())
    }
  }

  /// How quantities of a dimension are shown when nothing was said: one unit a dimension.
  private static let usualUnits: [Dimension: Unit] = {
    let texts = [
      "m", "g", "s", "A", "K", "mol", "cd", "V", "Ω", "S", "F", "C", "N", "J", "W", "Hz", "Pa", "T",
      "Wb", "H", "lx", "kat", "Gy", "m^2", "m^3", "m/s", "m/s^2", "V/m", "V/s", "V*m", "Ω*m",
      "Ω*m^2", "S/m", "S/m^2", "F/m", "F/m^2", "A/m", "A/m^2", "A/s", "C/m", "C/m^2", "C/m^3",
      "C*m",
      "N/m", "W/m^2", "J/K", "J/(mol*K)", "J/mol", "C/mol", "mol/m^3", "mol/(m^2*s)", "m^2/s",
      "Pa*s", "kg/m^3", "1/m", "1/m^2", "1/m^3",
    ]
    var units: [Dimension: Unit] = [:]
    for text in texts {
      guard let unit = try? Unit(parsing: text) else { continue }
      units[unit.dimension] = unit
    }
    return units
  }()
}

extension Unit {
  /// The number of this unit that a coherent magnitude is, with the fewest digits that read back as
  /// it: `70`, `0.1`, `1e-05`, `inf`.
  package func shortestText(ofCoherent magnitude: Double) -> String {
    let value = value(ofCoherent: magnitude)
    guard value.isFinite, value != 0 else { return Unit.text(of: value) }
    for places in 0...16 {
      guard let rounded = Unit.rounded(value, places: places) else { break }
      if coherent(rounded) == magnitude { return Unit.text(of: rounded) }
    }
    return Unit.text(of: value)
  }

  /// To one digit before the point and `places` after it, in scientific notation.
  private static func rounded(_ value: Double, places: Int) -> Double? {
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 40) { buffer in
      let length = withVaList([Int32(places), value]) {
        vsnprintf(buffer.baseAddress, buffer.count, "%.*e", $0)
      }
      let used = buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }
      return String(decoding: used, as: UTF8.self)
    }
    return Double(text)
  }

  /// `70` rather than `70.0`.
  private static func text(of value: Double) -> String {
    let full = value.description
    return full.hasSuffix(".0") ? String(full.dropLast(2)) : full
  }
}
