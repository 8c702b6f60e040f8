import Diagnostics
import TensorCore
import Testing

@testable import Runtime

@Suite struct FormatSpecTests {
  let host = RecordingHost()

  /// Value, spec and text, as Python 3.11's `format` gives them.
  static let floats: [(Double, String, String)] = [
    (0.125, ".2f", "0.12"),
    (-3.14159, ".2f", "-3.14"),
    (0.375, ".2f", "0.38"),
    (0.375, "", "0.375"),
    (99.95, "", "99.95"),
    (99.95, "", "99.95"),
    (2.5, ".3", "2.5"),
    (-0.0, ".3", "-0.0"),
    (0.375, ".3", "0.375"),
    (-3.14159, ".0f", "-3"),
    (1e+16, ".0f", "10000000000000000"),
    (99.95, ".0f", "100"),
    (1e+16, "+.1f", "+10000000000000000.0"),
    (123456789.0, "+.1f", "+123456789.0"),
    (0.375, "+.1f", "+0.4"),
    (1e-05, ".2e", "1.00e-05"),
    (0.125, ".2e", "1.25e-01"),
    (99.95, ".2e", "1.00e+02"),
    (0.0001, ".3g", "0.0001"),
    (1e-05, ".3g", "1e-05"),
    (0.375, ".3g", "0.375"),
    (0.3333333333333333, "08.2f", "00000.33"),
    (12345.678, "08.2f", "12345.68"),
    (99.95, "08.2f", "00099.95"),
    (99.95, ",.2f", "99.95"),
    (0.375, ",.2f", "0.38"),
    (0.375, ",.2f", "0.38"),
    (123456789.0, "_", "123_456_789.0"),
    (0.0001, "_", "0.0001"),
    (99.95, "_", "99.95"),
    (12345.678, ">12.3f", "   12345.678"),
    (1e+22, ">12.3f", "10000000000000000000000.000"),
    (0.375, ">12.3f", "       0.375"),
    (1e+22, "*^12.1f", "10000000000000000000000.0"),
    (2.5, "*^12.1f", "****2.5*****"),
    (99.95, "*^12.1f", "***100.0****"),
    (9.995, ".1%", "999.5%"),
    (0.3333333333333333, ".1%", "33.3%"),
    (0.375, ".1%", "37.5%"),
    (-0.0, "#.0f", "-0."),
    (9.995, "#.0f", "10."),
    (99.95, "#.0f", "100."),
    (0.125, "014,.2f", "000,000,000.12"),
    (-3.14159, "014,.2f", "-00,000,003.14"),
    (0.375, "014,.2f", "000,000,000.38"),
    (0.375, "E", "3.750000E-01"),
    (99.95, "E", "9.995000E+01"),
    (99.95, "E", "9.995000E+01"),
    (2.5, "G", "2.5"),
    (-0.0, "G", "-0"),
    (0.375, "G", "0.375"),
    (-3.14159, " .1f", "-3.1"),
    (1e+16, " .1f", " 10000000000000000.0"),
    (99.95, " .1f", " 100.0"),
    (1e+16, "<8", "1e+16   "),
    (123456789.0, "<8", "123456789.0"),
    (0.375, "<8", "0.375   "),
    (1e-05, "=+10.2f", "+     0.00"),
    (0.125, "=+10.2f", "+     0.12"),
    (99.95, "=+10.2f", "+    99.95"),
    (.infinity, "08.1f", "00000inf"), (-.infinity, "F", "-INF"), (.nan, "+.2e", "+nan"),
  ]

  static let ints: [(Int, String, String)] = [
    (255, "x", "ff"),
    (255, "#X", "0XFF"),
    (255, "#b", "0b11111111"),
    (8, "o", "10"),
    (-255, "#06x", "-0x0ff"),
    (42, "6", "    42"),
    (42, "06", "000042"),
    (42, "<6", "42    "),
    (42, "^7", "  42   "),
    (42, "*>6", "****42"),
    (1234567, ",", "1,234,567"),
    (1234567, "_", "1_234_567"),
    (1234567, "012,", "0,001,234,567"),
    (255, "_b", "1111_1111"),
    (-5, "+", "-5"),
    (5, "+", "+5"),
    (5, " d", " 5"),
    (65, "c", "A"),
    (3, ".2f", "3.00"),
    (3, ".0%", "300%"),
    (1234567, ".2e", "1.23e+06"),
    (9223372036854775807, ",", "9,223,372,036,854,775,807"),
    (.min, "x", "-8000000000000000"),
  ]

  @Test(arguments: floats) func writesFloatsAsPython(
    _ value: Double, _ spec: String, _ text: String
  ) throws {
    #expect(try FormatSpec(spec).text(of: .float(value)) == text)
  }

  @Test(arguments: ints) func writesIntsAsPython(_ value: Int, _ spec: String, _ text: String)
    throws
  {
    #expect(try FormatSpec(spec).text(of: .int(value)) == text)
  }

  @Test func alignsText() throws {
    #expect(try FormatSpec(">5").text(of: .string("ab")) == "   ab")
    #expect(try FormatSpec("*^6s").text(of: .string("ab")) == "**ab**")
    #expect(try FormatSpec(".2").text(of: .string("héllo")) == "hé")
    #expect(try FormatSpec("é<4").text(of: .string("ab")) == "abéé")
  }

  @Test func writesTensorsAndTuplesElementByElement() throws {
    let matrix = try Tensor([0.125, 2, 3, 4], shape: Shape([2, 2]))
    #expect(try FormatSpec(".2f").text(of: .tensor(matrix)) == "[[0.12 2.00]\n [3.00 4.00]]")
    let tuple = Value.tuple(TupleValue([.float(1), .int(2)]))
    #expect(try FormatSpec(".1f").text(of: tuple) == "(1.0, 2.0)")
  }

  @Test(arguments: [".", ".2q", "5x5", "99999", ".9999f", "\u{0}"])
  func refusesWhatCannotBeRead(_ spec: String) {
    #expect(
      failureCode { () throws(CallFailure) in _ = try FormatSpec(spec) } == .malformedFormatSpec)
  }

  @Test func refusesTypesThatDoNotGoWithTheValue() {
    for (spec, value) in [
      ("d", Value.float(1)), ("f", .string("a")), ("x", .float(2)), ("s", .int(1)), ("c", .int(-1)),
    ] {
      let code = failureCode { () throws(CallFailure) in _ = try FormatSpec(spec).text(of: value) }
      #expect(code == .malformedFormatSpec, "\(spec)")
    }
  }
}
