import Diagnostics
import Testing

@testable import Syntax

/// The errors of a text, each as `code text-of-its-span`.
private func faults(_ text: String) -> [String] {
  let source = SourceText(name: "test", text: text)
  return Parser.parse(source).errors.map { error in
    "\(error.diagnostic(in: source).code.rawValue) \(source.text(of: error.span))"
  }
}

@Suite struct ParserErrorTests {
  @Test(arguments: [
    ("x = 1 +", ["E0105 "]), ("f(a b)", ["E0105 b"]), ("[1 2]", ["E0105 2"]),
    ("x, y = 1, 2", ["E0105 ,"]), ("for i, v in xs { }", ["E0105 i,"]),
    ("if x = 3 { 1 }", ["E0105 ="]), ("while a && b { }", ["E0105 &&"]), ("x ** 2", ["E0105 **"]),
    ("if a { 1 } elif b { 2 }", ["E0105 elif"]), ("def f(x) { x }", ["E0105 def"]),
    ("let x = 1", ["E0105 let"]), ("import a", ["E0105 import"]), ("lambda x: x", ["E0105 lambda"]),
    ("x := 1", ["E0105 :="]), ("match v { 0 => 1 }", ["E0105 =>"]),
    ("y = x if c else d", ["E0105 if"]),
    ("if x: y", ["E0105 :"]), ("x = )", ["E0105 )"]), ("+x", ["E0105 +"]),
    ("a..b..c", ["E0105 .."]),
    ("x by 2", ["E0105 by"]), ("try f()", ["E0105 "]), ("fn f = 1", ["E0105 ="]),
    ("x[]", ["E0105 []"]),
    ("f(", ["E0106 ("]), ("x = [1,\n2", ["E0106 ["]), ("fn f() {\n1", ["E0106 {"]),
    ("\"{}\"", ["E0107 {}"]), ("\"}\"", ["E0107 }"]), ("\"{a\"", ["E0107 {"]),
    ("\"{a b}\"", ["E0105 b"]),
    ("\"{v:.q}\"", ["E0114 .q"]), ("\"{v:4.f}\"", ["E0114 4.f"]),
    ("f(x) = 1", ["E0108 f(x)"]), ("[a, b] = t", ["E0108 [a, b]"]), ("1 = x", ["E0108 1"]),
    ("true = 1", ["E0108 true"]), ("a + b += 1", ["E0108 a + b"]), ("(a, 1) = t", ["E0108 1"]),
    ("f(a = 1, 2)", ["E0109 2"]), ("(a = 1, 2)", ["E0109 2"]), ("(1, a = 2)", ["E0109 a"]),
    ("fn f(r..., x) = 1", ["E0109 x"]), ("(a..., b...) = t", ["E0109 b"]),
    ("f(a = 1, a = 2)", ["E0110 a"]), ("(a = 1, a = 2)", ["E0110 a"]), ("(a, a) = t", ["E0110 a"]),
    ("(x, x) -> x", ["E0110 x"]), ("(_, _) -> 1", []),
    ("break", ["E0111 break"]), ("return 1", ["E0111 return"]),
    ("x = while c { }", ["E0111 while"]),
    ("for i in x { f = () -> { break } }", ["E0111 break"]),
    ("if c { continue }", ["E0111 continue"]),
    ("fn f() { for i in x { return i } }", []), ("x = 3 4", ["E0105 4"]),
    ("x = \"a\\qb\"", ["E0104 \\q"]), ("\"\\u{110000}\"", ["E0104 \\u{110000}"]),
  ])
  func namesTheFaultAndItsPlace(_ text: String, _ expected: [String]) {
    #expect(faults(text) == expected)
  }

  @Test func reportsSeveralErrorsInOneGo() {
    #expect(
      faults(
        "x = 1 +* 2\nf(a b) + g(c d)\nfn h(a, a) {\n  y = (1\n  return [1 2]\n}\nz = \"ok\nw = 3 4")
        == [
          "E0105 *", "E0105 b", "E0105 d", "E0110 a", "E0106 (", "E0105 2", "E0102 \"ok", "E0105 4",
        ])
  }

  @Test func givesOneErrorForOneMistake() {
    #expect(faults("print(\"hello)\nx = 1") == ["E0102 \"hello)"])
    #expect(faults("y = f(g(a, b)\nz = 3\nw = h(1)") == ["E0106 ("])
    #expect(faults("fn f(x) {\n  if x { 1\n}\ny = 2") == ["E0106 {"])
    #expect(faults("x = “abc”") == ["E0101 “"])
    #expect(faults("m = {\"a\": 1 \"b\": 2}") == ["E0105 \""])
    #expect(faults("match v {\n 0 - > 1\n 1 -> 2\n}") == ["E0105 -"])
  }

  @Test func keepsWhatCouldBeRead() {
    #expect(tree("a = 1\nb = (\nc = 3").hasPrefix("(= a 1)"))
    #expect(tree("f(1, 2 3)\nb = 2").hasPrefix("(call f 1 2)\n(= b 2)"))
  }

  @Test func labelsTheOpeningBracket() {
    let source = SourceText(name: "test", text: "f(a,\n  b\nc = 1")
    let diagnostics = Parser.parse(source).errors.map { $0.diagnostic(in: source) }
    #expect(diagnostics.map(\.message) == ["`(` is not closed"])
    #expect(diagnostics.first?.location.map { source.position(of: Int($0.span.start)).line } == 1)
  }

  @Test(arguments: [
    ("1", Parser.Completeness.complete), ("", .complete), ("x = 1;", .complete),
    ("# note", .complete),
    ("if c { a }", .complete), ("f(", .incomplete), ("f(1,", .incomplete),
    ("fn f(x) {", .incomplete),
    ("fn f(x) =", .incomplete), ("x = 1 +", .incomplete), ("\"\"\"abc", .incomplete),
    ("xs |>", .incomplete), ("x -> ", .incomplete), ("{\"a\": 1,", .incomplete),
    ("match v {", .incomplete),
    ("for i in 0..3 {\n  x = [1,", .incomplete), ("try f()", .incomplete),
    ("(a, b) =", .incomplete),
    ("\"abc", .malformed), ("f(]", .malformed), ("x = )", .malformed), ("3 4", .malformed),
    ("f(1 2", .malformed),
  ])
  func judgesEntries(_ text: String, _ expected: Parser.Completeness) {
    #expect(Parser.completeness(of: text) == expected)
  }
}

@Suite struct ParserLimitTests {
  private func codes(_ text: String) -> [String] {
    let source = SourceText(name: "test", text: text)
    return Parser.parse(source).errors.map { $0.diagnostic(in: source).code.rawValue }
  }

  private func nested(_ open: String, _ middle: String, _ close: String, _ count: Int) -> String {
    String(repeating: open, count: count) + middle + String(repeating: close, count: count)
  }

  private static let nestings = [
    ("(", "1", ")"), ("[", "1", "]"), ("f(", "1", ")"), ("x[", "1", "]"), ("{a: ", "1", "}"),
    ("if a { ", "1", " }"), ("fn f() { ", "1", " }"), ("match v { x -> ", "1", " }"),
    ("for i in x { ", "1", " }"), ("-", "1", ""), ("x -> ", "1", ""), ("2 ^ ", "1", ""),
    ("\"{", "1", "}\""), ("try a else ", "1", ""), ("{ ", "1", " }"),
  ]

  @Test(arguments: nestings.indices)
  func nestsToTheLimitAndNotBeyond(_ index: Int) {
    let (open, middle, close) = Self.nestings[index]
    #expect(codes(nested(open, middle, close, 195)) == [])
    #expect(codes(nested(open, middle, close, 250)) == ["E0112"])
    // Strings left open are reported by the lexer, ahead of the depth.
    let code = open.hasPrefix("\"") ? "E0107" : "E0112"
    #expect(codes(String(repeating: open, count: 5_000)).contains(code))
  }

  @Test(arguments: [" + 1", ".a", "(1)", " |> f", "'", " and b", " < 1", "[0]", " with (a = 1)"])
  func chainsToTheLimitAndNotBeyond(_ link: String) {
    #expect(codes("x" + String(repeating: link, count: 2_000)) == [])
    // A comparison chain is one node however long it is.
    #expect(codes("x" + String(repeating: link, count: 5_000)) == ["E0112"])
  }

  @Test func readsElseIfChainsWithoutRecursion() {
    #expect(codes(String(repeating: "if a { } else ", count: 1_900) + "{ }") == [])
  }

  @Test func readsLongListsAndManyStatements() {
    #expect(codes("x = [" + String(repeating: "1, ", count: 20_000) + "]") == [])
    #expect(codes(String(repeating: "x = 1\n", count: 20_000)) == [])
  }
}

@Suite struct ExplainedExampleTests {
  private func codes(_ text: String) -> [String] {
    let source = SourceText(name: "example", text: text)
    return Parser.parse(source).errors.map { $0.diagnostic(in: source).code.rawValue }
  }

  /// The codes the parser gives; too deep and too large texts do not fit on a page.
  private static let syntactic: [DiagnosticCode] = [
    .unexpectedCharacter, .unterminatedString, .malformedNumber, .unknownEscape, .unexpectedToken,
    .unclosedBracket, .malformedInterpolation, .notAssignable, .positionalAfterNamed,
    .duplicateName,
    .misplacedKeyword, .malformedFormatSpec,
  ]

  @Test(arguments: syntactic)
  func wrongExampleGivesItsCode(_ code: DiagnosticCode) {
    #expect(codes(code.page.wrong).contains(code.rawValue))
  }

  @Test func examplesPutRightAreWellFormed() {
    for code in DiagnosticCode.allCases where code.rawValue < "E0600" {
      #expect(codes(code.page.right) == [], "\(code.rawValue)")
    }
  }
}
