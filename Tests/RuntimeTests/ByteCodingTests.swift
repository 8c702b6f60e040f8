import Diagnostics
import TensorCore
import Testing

@testable import Runtime

/// Values and diagnostics as ranks send them to each other.
@Suite struct ByteCodingTests {
  private func value(_ text: String) throws -> Value {
    let session = Session(
      SessionOptions(
        standardLibraryFolder: StandardLibrary.locate() ?? "", workingFolder: "."))
    let outcome = session.evaluate(
      SourceText(name: "test", text: text), cell: "cell", request: DisplayRequest(),
      emit: { _ in })
    return try #require(outcome.value)
  }

  @Test(arguments: [
    "none", "true", "-9223372036854775807", "-0.0", "1 / 3", "3 + 4i", "\"café\\n\"", "()",
    "(1, (2.5, \"a\"), none)", "(a = 1, b = (c = [1, 2]))", "{\"a\": 1, (1, true): [2.0]}",
    "0..10 by 3", "zeros(0, 3)", "arange(24).reshape(2, 3, 4)[:, ::2, 1]'",
    "bool([1, 0])", "u8([1, 255])", "i8([-1])", "i32([[1]])", "f32([1.5, 2])", "c64([1i])",
    "c128([1 + 2i])", "key(3)",
  ])
  func valuesComeBack(_ text: String) throws {
    let value = try value(text)
    var writer = ByteWriter()
    try writer.value(value)
    var reader = ByteReader(writer.bytes)
    let back = try reader.value()
    #expect(back.isEqual(to: value), "\(back.displayText)")
    #expect(back.displayText == value.displayText)
    // Whatever is cut off is noticed.
    for count in 0..<writer.bytes.count {
      var short = ByteReader(Array(writer.bytes[..<count]))
      #expect(throws: ByteFault.self) { try short.value() }
    }
  }

  @Test func bitsStayAsTheyAre() throws {
    let bits: UInt64 = 0x7ff8_0000_0000_1234
    var writer = ByteWriter()
    try writer.value(.float(Double(bitPattern: bits)))
    var reader = ByteReader(writer.bytes)
    guard case .float(let back) = try reader.value() else {
      Issue.record("no Float")
      return
    }
    #expect(back.bitPattern == bits)
  }

  @Test(arguments: [("sin", ""), ("(1, x -> x)", "[1]"), ("(w = (1, stats))", ".w[1]")])
  func whatCannotBeSentHasAPlace(_ text: String, _ path: String) throws {
    let value = try value(text)
    let failure = #expect(throws: UnsendableValue.self) {
      var writer = ByteWriter()
      try writer.value(value)
    }
    #expect(failure?.path == path)
  }

  @Test func diagnosticsComeBack() throws {
    let source = SourceText(name: "a.nb", part: "cell 2", text: "x = [1] + [1, 2]\ny", firstLine: 7)
    let place = Location(source, Span(4, 16))
    let diagnostic = Diagnostic(
      .broadcast, "shapes do not fit", at: place, note: "here",
      labels: [Diagnostic.Label(place, "label")], hint: "a hint",
      trace: [Diagnostic.Frame(call: "f(x)", location: place, count: 3)])
    var writer = ByteWriter()
    writer.diagnostic(diagnostic)
    var reader = ByteReader(writer.bytes)
    let back = try reader.diagnostic()
    #expect(
      DiagnosticRenderer.render(back, colour: false)
        == DiagnosticRenderer.render(diagnostic, colour: false))
    var known = ByteReader(writer.bytes)
    known.sources = [source]
    #expect(try known.diagnostic().location?.source === source)
  }
}
