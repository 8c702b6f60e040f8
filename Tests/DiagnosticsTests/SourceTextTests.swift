import Diagnostics
import Testing

@Suite struct SourceTextTests {
  private let source = SourceText(name: "a", text: "ab\r\ncd\n\nσx", firstLine: 10)

  @Test func findsLinesAndColumns() {
    #expect(source.position(of: 0) == (10, 0))
    #expect(source.position(of: 5) == (11, 1))
    #expect(source.position(of: 8) == (13, 0))
    #expect(source.position(of: 99).line == 13)
  }

  @Test func givesLinesWithoutTheirEnds() {
    #expect((9...14).map(source.line) == ["", "ab", "cd", "", "σx", ""])
  }

  @Test func knowsWhereLinesBegin() {
    #expect((9...14).map(source.offset(ofLine:)) == [0, 0, 4, 7, 8, 11])
  }

  @Test func cutsSpansToTheText() {
    #expect(source.text(of: Span(8, 400)) == "σx")
    #expect(source.text(of: Span(90, 400)) == "")
  }
}

@Suite struct DisplayWidthTests {
  // Widths from Unicode Standard Annex 11 and `wcwidth`.
  @Test(arguments: [
    ("a", 1), ("é", 1), ("e\u{301}", 1), ("語", 2), ("한", 2), ("！", 2), ("🎈", 2), ("👩‍🔬", 2), ("σ", 1),
    ("ｱ", 1),
    ("☀\u{FE0F}", 2), ("", 0), ("日本", 4),
  ])
  func countsColumns(_ text: String, _ width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }
}

@Suite struct DiagnosticPageTests {
  @Test(arguments: DiagnosticCode.allCases)
  func everyCodeHasARealPage(_ code: DiagnosticCode) {
    let page = code.page
    #expect(page.title.count > 5)
    #expect(page.explanation.count > 60)
    #expect(!page.wrong.isEmpty && !page.right.isEmpty)
    #expect(page.wrong != page.right)
  }

  @Test func titlesAreDifferent() {
    let titles = DiagnosticCode.allCases.map(\.page.title)
    #expect(Set(titles).count == titles.count)
  }
}
