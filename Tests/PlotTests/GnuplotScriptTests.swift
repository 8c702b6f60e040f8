import TestSupport
import Testing

@testable import Plot

@Suite struct GnuplotScriptTests {
  @Test(arguments: Sample.all.map(\.name)) func isAsRecorded(name: String) throws {
    let sample = try #require(Sample.all.first { $0.name == name })
    let script = try GnuplotScript.make(
      sample.make(), .svg, size: PictureSize(width: 640, height: 400), on: .page)
    #expect(Golden("plot/\(name).gp").complaint(script.text) == nil)
  }

  @Test func everyKindHasASample() {
    for kind in LayerTable.kinds {
      #expect(Sample.all.contains { $0.name == kind.name }, "\(kind.name)")
    }
  }

  @Test func everyKindIsDocumented() {
    #expect(Set(LayerTable.kinds.map(\.name)).count == LayerTable.kinds.count)
    for kind in LayerTable.kinds {
      #expect(kind.summary.hasSuffix("."), "\(kind.name)")
      #expect(kind.example.contains(kind.name + "("), "\(kind.name)")
      #expect(Set(kind.parameters.map(\.name)).count == kind.parameters.count, "\(kind.name)")
      for parameter in kind.parameters {
        #expect(parameter.summary.hasSuffix("."), "\(kind.name) \(parameter.name)")
      }
    }
  }

  @Test func longDataGoToTheBinaryFileInOrder() throws {
    let figure = try Sample.figure([
      ("line", ["x": Sample.row((0..<300).map(Double.init))]),
      ("line", ["x": Sample.row((0..<400).map(Double.init))]),
    ])
    let script = try GnuplotScript.make(
      figure, .svg, size: PictureSize(width: 640, height: 400), on: .page)
    #expect(script.sets.map(\.rows) == [300, 400])
    #expect(script.text.contains("binary skip=0 record=(300) format=\"%double%double\""))
    #expect(script.text.contains("binary skip=4800 record=(400) format=\"%double%double\""))
    #expect(!script.text.contains("<<"))
  }

  @Test func gridsOfNumbersKeepTheirRows() throws {
    var data = ScriptData()
    let name = data.add([[0, 1, 0, 1], [0, 0, 1, 1]], rowLength: 2)
    #expect(name == "$data1")
    #expect(data.blocks == "$data1 << EOD\n0 0\n1 0\n\n0 1\n1 1\nEOD\n")
  }

  @Test func numbersReadBackAsTheSameValue() {
    for value in [0, -0.0, 1, 0.1, 1e300, -1e-300, 123_456_789, 1e15, 1 / 3.0] {
      #expect(Double(GnuplotText.number(value)) == value)
    }
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(GnuplotText.number(value) == "NaN")
    }
  }

  @Test(arguments: [
    (0.1369, "0.1369"), (9.9, "9.9"), (1234.5678, "1235"), (0.000123456, "0.0001235"),
    (1e-5, "1e-5"), (12_345_678.9, "1.235e7"), (-2.5, "-2.5"), (99999.6, "100000"), (0.99996, "1"),
    (1_000_000, "1e6"), (6.02e23, "6.02e23"),
  ]) func briefNumbersHaveFourDigits(value: Double, text: String) {
    #expect(GnuplotText.brief(value) == text)
  }
}
