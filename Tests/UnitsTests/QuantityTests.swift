import Testing
import Units

@Suite struct QuantityTests {
  private func quantity(_ value: Double, _ unit: String) throws -> Quantity {
    Quantity(value, try Unit(parsing: unit))
  }

  @Test(
    arguments: [
      (70, "mV", "70 mV"), (0.1, "nm", "0.1 nm"), (25, "°C", "25 °C"), (37.1, "°C", "37.1 °C"),
      (90, "deg", "90 deg"), (1e-9, "kV/mm", "1e-09 kV/mm"), (-80, "mV", "-80 mV"), (3, "1", "3"),
      (70.1, "mV", "70.1 mV"), (0, "V", "0 V"), (1.5, "J/(mol*K)", "1.5 J/(mol*K)"),
      (5, "%", "5 %"),
    ] as [(Double, String, String)])
  func isShownAsWritten(value: Double, unit: String, text: String) throws {
    #expect(try quantity(value, unit).text == text)
  }

  @Test func everyThousandthOfAMillivoltIsShownAsWritten() throws {
    for thousandths in 1...5000 {
      let value = Double(thousandths) / 1000
      let number = value.description.hasSuffix(".0") ? "\(thousandths / 1000)" : value.description
      #expect(try quantity(value, "mV").text == number + " mV")
    }
  }

  @Test(
    arguments: [
      (70, "mV", 8, "nm", "8.75 MV/m"), (1.2, "S", 1, "m", "1.2 S/m"),
      (1, "kg", 1, "m^3", "1 kg/m^3"),
      (1, "V", 1, "kΩ", "1 mA"), (1, "pA", 1, "um^2", "1 A/m^2"), (3, "um^3", 2, "um", "1.5 um^2"),
      (6, "mm", 2, "s", "3 mm/s"), (1, "V", 1, "mV", "1000"), (6, "rad", 2, "s", "3 Hz"),
      (1, "mol", 1, "m^3", "1 mol/m^3"), (12, "kg", 1, "s^5", "12 kg/s^5"), (1, "J", 1, "N", "1 m"),
    ] as [(Double, String, Double, String, String)])
  func quotientsChooseUnitAndPrefix(
    _ a: Double, _ unitA: String, _ b: Double, _ unitB: String, _ text: String
  ) throws {
    #expect(try quantity(a, unitA).divided(by: quantity(b, unitB)).text == text)
  }

  @Test func prefixesStopAtTheirEnds() throws {
    let watt = Measure(try Unit(parsing: "J/s").dimension)
    #expect(Quantity(coherent: 1e-30, watt).text == "1e-15 fW")
    #expect(Quantity(coherent: 2.5e20, watt).text == "250000000 TW")
    #expect(Quantity(coherent: .infinity, watt).text == "inf W")
    #expect(Quantity(coherent: .nan, watt).text == "nan W")
    #expect(Quantity(coherent: 0, watt).text == "0 W")
    #expect(Quantity(coherent: 999.9, watt).text == "999.9 W")
    #expect(Quantity(coherent: 1000, watt).text == "1 kW")
    #expect(Quantity(coherent: -0.001, watt).text == "-1 mW")
  }

  @Test func sumsKeepTheLeftUnit() throws {
    #expect(try quantity(1, "V").adding(quantity(20, "mV")).text == "1.02 V")
    #expect(try quantity(20, "mV").adding(quantity(1, "V")).text == "1020 mV")
    #expect(try quantity(1, "V").converted(to: Unit(parsing: "mV")).text == "1000 mV")
    #expect(try quantity(2, "kV/mm").value(in: Unit(parsing: "V/um")) == 2)
    #expect(try quantity(1, "N*m") == quantity(1, "J"))
  }

  @Test func differencesOfTemperaturesAreKelvins() throws {
    let warm = try quantity(25, "°C")
    #expect(try warm.adding(quantity(5, "K")).text == "30 °C")
    #expect(try warm.subtracting(quantity(20, "°C")).text == "5 K")
    #expect(try warm.multiplied(by: quantity(2, "1")).text == "596.3 K")
  }

  @Test func unlikeDimensionsDoNotAdd() throws {
    let volt = try quantity(1, "mV")
    let metre = try quantity(1, "nm")
    let expected = UnitError.dimensionsDiffer(lhs: volt.measure, rhs: metre.measure)
    #expect(throws: expected) { try volt.adding(metre) }
    #expect(throws: expected) { try volt.subtracting(metre) }
    #expect(throws: UnitError.self) { try volt.converted(to: Unit(parsing: "S/m")) }
    #expect(throws: UnitError.self) { try volt.adding(quantity(1, "1")) }
    #expect(volt.measure.label(for: 1) == "mV")
    #expect(metre.measure.label(for: 1) == "nm")
    #expect(Measure.none.label(for: 1) == nil)
  }

  @Test func powersAreOfFractions() throws {
    let area = try quantity(4, "um^2").measure
    #expect(try area.power(0.5) == Measure(Unit(parsing: "m")))
    #expect(try area.power(1.0 / 3).power(3) == area)
    #expect(throws: UnitError.exponent(0.3137)) { try area.power(0.3137) }
    #expect(throws: UnitError.self) { try area.power(1e9) }
    #expect(throws: UnitError.self) { try area.power(.nan) }
    #expect(try Measure(Unit(parsing: "deg")).power(0.3137).isNone)
    #expect(try area.power(0).isNone)
  }
}
