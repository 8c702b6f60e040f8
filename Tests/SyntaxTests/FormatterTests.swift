import Diagnostics
import Testing

@testable import Syntax

/// The canonical layout of a text, or nil when it does not parse.
private func formatted(_ text: String) -> String? {
  try? Formatter.format(SourceText(name: "test", text: text), endsWithNewline: false).get()
}

@Suite struct FormatterTests {
  @Test(arguments: [
    ("x=1", "x = 1"), ("f( a,b ,c=3 )", "f(a, b, c = 3)"),
    ("x[ 1 : 3,: , ::2,...,new ]", "x[1:3, :, ::2, ..., new]"),
    ("a . b [0] (1)", "a.b[0](1)"), ("- x+ -y*!z", "-x + -y * !z"), ("x^-2", "x ^ -2"),
    ("not(a)", "not (a)"),
    ("0 .. n+1  by 2", "0..n + 1 by 2"), ("{ \"a\" : 1,b:{ : } }", "{\"a\": 1, b: {:}}"),
    ("{x=1;x}", "{ x = 1; x }"),
    ("{ }", "{}"), ("(x , )", "(x,)"), ("x->x+1", "x -> x + 1"),
    ("fn  f(x:f32[ n,_ ],rest ...)->Int{x}", "fn f(x: f32[n, _], rest...) -> Int { x }"),
    ("fn ( x ){x}", "fn(x) { x }"), ("if a{1}else{2}", "if a { 1 } else { 2 }"),
    ("f(xs ... )", "f(xs...)"),
    ("r  with( a=1 )", "r with (a = 1)"), ("x|>f|>g( 1 )", "x |> f |> g(1)"),
    ("x' . sum()'", "x'.sum()'"),
    ("print( \"a{ x }  b\" ) # note ", "print(\"a{ x }  b\")  # note"),
    ("x = 1;y = 2 ;", "x = 1; y = 2;"), ("a = 1. .floor()", "a = 1. .floor()"),
    ("a .. .5", "a.. .5"),
    ("re . match ( x )", "re.match(x)"), ("match v{0->1,_->2}", "match v { 0 -> 1, _ -> 2 }"),
    ("\n\n\nx\n\n\n\ny\n\n", "x\n\ny"), ("f(\n\n1,\n2\n\n)", "f(\n  1,\n  2\n)"),
    ("f([\n1,\n])", "f([\n  1,\n])"),
    ("x\n|> f\n# c\n|> g(a->{\nb\n})", "x\n  |> f\n  # c\n  |> g(a -> {\n    b\n  })"),
    ("x = a+\nb\ny", "x = a +\n  b\ny"),
    ("fn f() {\n# only a note\n}", "fn f() {\n  # only a note\n}"),
    ("assert a,\n\"m\"", "assert a,\n  \"m\""), ("(\na\n- b\n)", "(\n  a\n  - b\n)"),
    ("a\n- b", "a\n-b"),
    ("m = {\n1:2\n3:4\n}", "m = {\n  1: 2\n  3: 4\n}"),
    ("\"\"\"\n  a\n b\"\"\"", "\"\"\"\n  a\n b\"\"\""),
    ("if a {\n1\n}\nelse {\n2\n}", "if a {\n  1\n}\nelse {\n  2\n}"), ("#a\r\nx\r\n", "#a\nx"),
    ("", ""), ("# only", "# only"), ("use  \"a.lam\"  as a", "use \"a.lam\" as a"),
    ("x@=y", "x @= y"), ("--x", "--x"),
  ])
  func laysOut(_ text: String, _ expected: String) {
    #expect(formatted(text) == expected)
  }

  @Test func endsAFileWithOneLineEnd() throws {
    let source = SourceText(name: "test", text: "x\n\n\n")
    #expect(try Formatter.format(source).get() == "x\n")
    #expect(try Formatter.format(SourceText(name: "test", text: "")).get() == "")
  }

  @Test func refusesMalformedText() {
    let result = Formatter.format(SourceText(name: "test", text: "x = (\ny = )"))
    guard case .failure(let errors) = result else {
      Issue.record("formatted \(result)")
      return
    }
    #expect(!errors.list.isEmpty)
  }

  @Test func keepsTheTreeOfRandomProgramsAndIsIdempotent() throws {
    var tested = 0
    for seed in UInt64(1)...800 {
      var generator = RandomSource(seed: seed)
      let text = generator.program()
      let before = tree(text)
      // Some combinations are not well formed; they count for nothing here.
      if before.contains("error ") { continue }
      tested += 1
      let once = try #require(formatted(text))
      #expect(tree(once) == before, "seed \(seed)\n\(text)\n---\n\(once)")
      #expect(formatted(once) == once, "seed \(seed)\n\(text)\n---\n\(once)")
    }
    #expect(tested > 500)
  }
}
