import Testing
import Units

@Suite struct UnitTests {
  private func unit(_ text: String) throws -> Unit { try Unit(parsing: text) }

  @Test(arguments: [
    ("kV/mm", "kV/mm"), ("mS cm^-2", "mS/cm^2"), ("mS·cm⁻²", "mS/cm^2"), ("J/mol/K", "J/(mol*K)"),
    ("J/(mol*K)", "J/(mol*K)"), ("J/mol K", "J*K/mol"), ("1/s", "1/s"), ("V**2", "V^2"),
    ("(m/s)^2", "m^2/s^2"), ("mV^(1/2)", "mV^(1/2)"), ("m^(-2/4)", "1/m^(1/2)"), ("m/m", "1"),
    ("µm", "um"), ("μm", "um"), ("ohm m", "Ω*m"), ("\u{212B}", "Å"), ("m²", "m^2"), ("1", "1"),
    ("°", "deg"), ("degC", "°C"), ("%", "%"), (" m / ( s ) ", "m/s"), ("m*km", "m*km"),
  ])
  func hasOneCanonicalText(given: String, canonical: String) throws {
    let unit = try unit(given)
    #expect(unit.text == canonical)
    #expect(try self.unit(canonical) == unit)
  }

  @Test(arguments: [
    ("", 0), ("/s", 0), ("m/", 2), ("m^", 2), ("m^x", 2), ("(m", 2), ("m)", 1), ("m^(1/0)", 7),
    ("2m", 0), ("m+s", 1), ("µm/", 4), ("m^^2", 2), ("m * * s", 4), ("10", 1),
  ])
  func saysWhereTextIsNoUnit(text: String, offset: Int) {
    #expect(throws: UnitError.malformed(text, offset: offset)) { try unit(text) }
  }

  @Test func refusesDeepAndLongText() {
    let deep = String(repeating: "(", count: 500) + "m" + String(repeating: ")", count: 400)
    #expect(throws: UnitError.self) { try unit(deep) }
    #expect(throws: UnitError.self) { try unit(String(repeating: "m ", count: 5000)) }
  }

  @Test func boundsExponents() throws {
    #expect(throws: UnitError.exponentTooLarge) { try unit("m^99999999999999999999") }
    #expect(throws: UnitError.exponentTooLarge) { try unit("(m^32767)^2") }
    #expect(throws: UnitError.exponentTooLarge) { try unit("m^32767 km^32767") }
    let huge = try unit("km^300")
    #expect(huge.coherent(1) == .infinity)
  }

  @Test(arguments: [
    ("mv", "mV"), ("hz", "Hz"), ("volts", "V"), ("millivolts", "mV"), ("meter", "m"),
    ("micrometers", "um"), ("micron", "um"), ("ohms", "Ω"), ("mmoll", "mmol"), ("mHzz", "mHz"),
  ])
  func suggestsTheNearestUnit(given: String, nearest: String) {
    #expect(throws: UnitError.unknownUnit(given, nearest: nearest)) { try unit(given) }
  }

  @Test func suggestsNothingWhenNothingIsNear() {
    #expect(throws: UnitError.unknownUnit("parsnip", nearest: nil)) { try unit("kV/parsnip") }
  }

  @Test func ownSpellingsWinOverPrefixes() throws {
    #expect(try unit("min").coherent(1) == 60)
    #expect(try unit("Pa").text == "Pa")
    #expect(try unit("cd").dimension == Dimension(.luminousIntensity))
    #expect(try unit("mol").dimension == Dimension(.amount))
  }

  @Test func everyPrintedSpellingReadsBackAsItself() throws {
    for spelling in UnitTable.spellings {
      let unit = try unit(spelling)
      #expect(try self.unit(unit.text) == unit)
    }
    for named in UnitTable.units {
      #expect(try unit(named.symbol).text == named.symbol)
      for prefix in UnitTable.prefixes {
        guard let prefixed = try? unit(prefix.symbol + named.symbol) else { continue }
        #expect(prefixed.text == prefix.symbol + named.symbol)
      }
    }
  }

  @Test func celsiusStandsAlone() throws {
    #expect(throws: UnitError.offsetInProduct("°C")) { try unit("°C/s") }
    #expect(throws: UnitError.offsetInProduct("°C")) { try unit("°C^2") }
    #expect(try unit("°C").coherent(25) == 298.15)
  }

  @Test func decimalPrefixesRoundOnce() throws {
    // Literals are correctly rounded by the compiler.
    #expect(try unit("mV").coherent(70.1) == 70.1 / 1000)
    #expect(try unit("nm").coherent(8) == 8e-9)
    #expect(try unit("kV/mm").coherent(1) == 1e6)
    #expect(try unit("uF/cm^2").coherent(1) == 0.01)
    #expect(try unit("eV").coherent(1) == 1.602176634e-19)
    #expect(try unit("deg").coherent(180) == Double.pi)
    #expect(try unit("mS/cm^2").scale == unit("S/m^2").scale.multiplied(by: unit("J/dJ").scale))
  }

  @Test func exponentsAreExact() throws {
    let root = try unit("V").power(#require(Rational(1, 3)))
    #expect(try root.power(#require(Rational(3))) == unit("V"))
    #expect(Rational(6, -4)?.text == "-3/2")
    #expect(Rational(1, 0) == nil)
    #expect(Rational(exactly: 1.0 / 3) == Rational(1, 3))
    #expect(Rational(exactly: 0.3137) == nil)
    #expect(Rational(exactly: .nan) == nil)
    #expect(Rational(exactly: 1e300) == nil)
  }
}
