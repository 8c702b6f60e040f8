import Diagnostics
import TestSupport
import Testing

/// One file for each look of a diagnostic.
@Suite struct RendererGoldenTests {
  private static let digits = SourceText(
    name: "digits.nb", part: "cell \"forward\"",
    text: "fn forward(params, h) {\n  for p in params {\n    h = h @ p.w + p.b\n  }\n  h\n}\n",
    firstLine: 7)

  /// The place of the nth occurrence of a piece of the text.
  private static func place(_ source: SourceText, _ piece: String, _ occurrence: Int = 1)
    -> Location
  {
    let wanted = Array(piece.utf8)
    var left = occurrence
    for start in 0...max(0, source.bytes.count - wanted.count) {
      guard source.bytes[start...].starts(with: wanted) else { continue }
      left -= 1
      if left == 0 { return Location(source, Span(start, start + wanted.count)) }
    }
    return Location(source, Span(source.bytes.count, source.bytes.count))
  }

  private func expect(
    _ name: String, _ diagnostic: Diagnostic, colour: Bool = false, width: Int = 100
  ) throws {
    let actual = DiagnosticRenderer.render(diagnostic, colour: colour, width: width) + "\n"
    #expect(Golden("diagnostics/renderer/\(name).txt").complaint(actual) == nil)
  }

  private static var contraction: Diagnostic {
    Diagnostic(
      .contraction, "shapes do not fit in `@`: f32[128, 64] and f32[32, 10]",
      at: place(digits, "h", 3), note: "f32[128, 64]: its last axis is 64, the other's first is 32",
      labels: [.init(place(digits, "p.w"), "f32[32, 10]")],
      hint: "did you mean `p.w'`?",
      trace: [.init(call: "forward(params, x)", location: place(digits, "for"))])
  }

  @Test func labelsSeveralSpansOfALine() throws {
    let line = SourceText(
      name: "digits.nb", part: "cell \"forward\"", text: "  h @ p.w", firstLine: 4)
    try expect(
      "two_spans",
      Diagnostic(
        .contraction, "shapes do not fit in `@`: f32[128, 64] and f32[32, 10]",
        at: Self.place(line, "h"),
        note: "f32[128, 64]: its last axis is 64, the other's first is 32",
        labels: [.init(Self.place(line, "p.w"), "f32[32, 10]")],
        trace: [.init(call: "loss(params, x, y)", location: Location(line, Span(0, 1)))]))
  }

  @Test func showsHintAndTrace() throws { try expect("hint_and_trace", Self.contraction) }

  @Test func coloursForATerminal() throws { try expect("colour", Self.contraction, colour: true) }

  @Test func showsLabelsOnOtherLines() throws {
    try expect(
      "other_lines",
      Diagnostic(
        .keyReused, "the key `k` is used twice", at: Self.place(Self.digits, "p.b"),
        note: "the second use",
        labels: [
          .init(Self.place(Self.digits, "params"), "made here"),
          .init(Self.place(Self.digits, "params", 2), "the first use"),
        ]))
  }

  @Test func showsLabelsInOtherTexts() throws {
    let module = SourceText(name: "lib/mine.lam", text: "# mine\nfn f(a, b) = a\n")
    try expect(
      "other_text",
      Diagnostic(
        .wrongArgumentCount, "`f` takes 2 arguments, but 3 are given",
        at: Self.place(Self.digits, "forward"),
        labels: [.init(Self.place(module, "f(a, b)"), "declared here")],
        trace: [.init(call: "g(1)", location: Self.place(module, "f(a"))]))
  }

  @Test func lastLineOfALongSpanIsLeftOut() throws {
    let span = Span(26, Self.digits.bytes.count - 2)
    try expect(
      "long_span",
      Diagnostic(
        .interrupted, "evaluation was interrupted", at: Location(Self.digits, span), note: "here"))
  }

  @Test func underlinesWideAndCombiningCharacters() throws {
    let source = SourceText(name: "wide.lam", text: "\t日本 = \"e\u{301}語\" + σ̂ * 🎈x\t+ bad\n")
    try expect(
      "wide",
      Diagnostic(
        .unboundName, "`bad` has no value", at: Self.place(source, "bad"), note: "here",
        labels: [
          .init(Self.place(source, "日本"), "wide"), .init(Self.place(source, "σ̂"), "combined"),
        ]))
  }

  @Test func showsControlCharactersHarmlessly() throws {
    let source = SourceText(name: "evil.lam", text: "x = \"\u{1B}[31m\u{202E}abc\" + y\n")
    try expect(
      "control", Diagnostic(.unboundName, "`y` has no value", at: Self.place(source, "y")))
  }

  @Test func cutsLongLinesAroundTheSpan() throws {
    let terms = (0..<40).map { "term\($0)" }.joined(separator: " + ")
    let source = SourceText(name: "long.lam", text: "x = \(terms)\n")
    try expect(
      "cut_middle",
      Diagnostic(.unboundName, "`term20` has no value", at: Self.place(source, "term20")), width: 60
    )
    try expect(
      "cut_end",
      Diagnostic(
        .unboundName, "`x` has no value", at: Self.place(source, "x"), note: "first",
        labels: [.init(Self.place(source, "term39"), "out of sight")]), width: 60)
  }

  @Test func countsAndElidesTheTrace() throws {
    let here = Self.place(Self.digits, "h", 3)
    let repeated = [Diagnostic.Frame](
      repeating: .init(call: "f(n)", location: here), count: 100_000)
    let different = (1...40).map { Diagnostic.Frame(call: "g\($0)(x)", location: nil) }
    try expect(
      "long_trace",
      Diagnostic(
        .recursionTooDeep, "calls nest more than 100,000 deep", at: here,
        trace: repeated + different))
  }

  @Test func warnsWithoutAPlace() throws {
    try expect("warning", Diagnostic(.figureThinned, "the figure shows 20,000 of 1,000,000 points"))
  }

  @Test func marksAnEmptySpanAtTheEnd() throws {
    let source = SourceText(name: "<entry 3>", text: "x = 1 +")
    try expect(
      "end",
      Diagnostic(
        .unexpectedToken, "an expression is expected, but the text ends",
        at: Location(source, Span(7, 7))))
  }
}
