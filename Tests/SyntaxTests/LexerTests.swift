import Diagnostics
import Testing

@testable import Syntax

@Suite struct LexerTests {
  private func tokens(_ text: String) -> [Token] {
    Lexer.tokenize(Array(text.utf8)).tokens
  }

  private func kinds(_ text: String) -> [Token.Kind] {
    tokens(text).map(\.kind)
  }

  private func faults(_ text: String) -> [SyntaxError.Kind] {
    Lexer.tokenize(Array(text.utf8)).errors.map(\.kind)
  }

  @Test func tellsRangesMethodsAndFloatsApart() {
    #expect(kinds("1..5") == [.int(1), .symbol(.rangeTo), .int(5), .end])
    #expect(kinds("1.mean") == [.int(1), .symbol(.dot), .name("mean"), .end])
    #expect(kinds("1.5") == [.float(1.5), .end])
    #expect(kinds("1.") == [.float(1), .end])
    #expect(kinds("x...") == [.name("x"), .symbol(.ellipsis), .end])
  }

  @Test func readsAnExponentOnlyWithDigits() {
    #expect(kinds("1e3") == [.float(1000), .end])
    #expect(kinds("1eV") == [.quantity(1, unit: "eV", unitStart: 1), .end])
    #expect(kinds("2e-3mV") == [.quantity(0.002, unit: "mV", unitStart: 4), .end])
  }

  @Test(arguments: [
    ("1__0", SyntaxError.NumberFault.underscore), ("1_", .underscore), ("1.2.3", .secondPoint),
    ("0x", .noDigits), ("0b12", .digit("2", radix: 2)), ("0xg", .digit("g", radix: 16)),
    ("9223372036854775809", .tooLarge), ("0x8000000000000000", .tooLarge), ("1e999", .tooLarge),
    ("5if", .keywordDirectlyAfter("if")),
  ])
  func findsTheFaultOfANumber(_ text: String, _ fault: SyntaxError.NumberFault) {
    #expect(faults(text) == [.malformedNumber(text, fault)])
  }

  @Test func noticesWhichTokensStartALine() {
    #expect(tokens("a b\nc # d\n\ne").map(\.startsLine) == [true, false, true, true, false])
  }

  @Test func transposesOnlyDirectlyAfterAnOperand() {
    #expect(kinds("x'") == [.name("x"), .symbol(.quote), .end])
    #expect(faults("x 'a'") == [.singleQuotedString("'a'")])
    #expect(faults("= 'a'") == [.singleQuotedString("'a'")])
  }

  @Test func reportsOneStrayCharacterWithItsPlace() {
    let errors = Lexer.tokenize(Array("x = §".utf8)).errors
    #expect(errors.map(\.kind) == [.unexpectedCharacter("§")])
    #expect(errors.map(\.span) == [Span(4, 6)])
  }

  @Test func treatsComposedAndDecomposedNamesAsOne() {
    guard case .name(let composed) = kinds("\u{E9}")[0],
      case .name(let decomposed) = kinds("e\u{301}")[0]
    else {
      Issue.record("not names")
      return
    }
    #expect(composed == decomposed)
  }

  @Test func coversEveryByteInOrder() {
    let text = "x = \"a{b:.2f}\\n\" # c\n[1, 2.5, 'q'] |> f(r\"z\")' ; \"\"\"\nm{1}\"\"\""
    var end: UInt32 = 0
    for token in tokens(text) {
      #expect(token.span.start >= end)
      #expect(token.span.end >= token.span.start)
      end = token.span.end
    }
    #expect(Int(end) == text.utf8.count)
  }
}

@Suite struct HighlightTests {
  /// Each stretch as `kind:text`.
  private func marks(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return Lexer.highlights(of: text).map { range, kind in
      "\(kind):\(String(decoding: bytes[range], as: UTF8.self))"
    }
  }

  @Test func marksEachKind() {
    #expect(
      marks("fn f(x) = g(x) + 1.5 # note") == [
        "keyword:fn", "call:f", "name:x", "operator:=", "call:g", "name:x", "operator:+",
        "number:1.5", "comment:# note",
      ])
  }

  @Test func marksCodeInsideStrings() {
    #expect(
      marks("\"a {x + 1:.2f} b\"") == [
        "string:\"a ", "interpolation:{", "name:x", "operator:+", "number:1",
        "interpolation:.2f", "interpolation:}", "string: b\"",
      ])
  }

  @Test func bearsMalformedText() {
    #expect(marks("x = \"open") == ["name:x", "operator:=", "string:\"open"])
    #expect(marks("§ (") == [])
  }
}
