import Testing

@testable import REPL

@Suite struct HighlighterTests {
  @Test(arguments: [
    "fn f(x) = \"a {x:.2f} b\" # comment", "σ = 1.5 * 'λ", "\"open", "", "for i in 0..3 { }",
  ])
  func theTextStaysTheSame(_ code: String) {
    #expect(plain(Highlighter.painted(code)) == code)
  }

  @Test func kindsLookDifferent() {
    #expect(Highlighter.painted("if") == "\u{1b}[1;34mif\u{1b}[0m")
    #expect(Highlighter.painted("x + 12") == "x + \u{1b}[36m12\u{1b}[0m")
    #expect(Highlighter.painted("# a") == "\u{1b}[2m# a\u{1b}[0m")
  }

  @Test func marksOfAPromptTakeNoColumns() {
    #expect(Prompt.columns(of: Prompt(usesColour: true, isUTF8: true).primary) == 3)
    #expect(Prompt.columns(of: Prompt(usesColour: false, isUTF8: false).continuation) == 9)
  }

  private func plain(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let escape = rest.firstIndex(of: "\u{1b}") {
      result += rest[..<escape]
      rest = rest[escape...].drop { $0 != "m" }.dropFirst()
    }
    return result + rest
  }
}
