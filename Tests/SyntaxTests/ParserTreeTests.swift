import Diagnostics
import Testing

@testable import Syntax

/// The dump of a text's statements, one a line, then its errors.
func tree(_ text: String) -> String {
  let result = Parser.parse(SourceText(name: "test", text: text))
  return
    (result.statements.map(\.debugDump)
    + result.errors.map { "error \($0.kind) at \($0.span.start)" })
    .joined(separator: "\n")
}

@Suite struct ParserTreeTests {
  @Test(arguments: [
    ("1 + 2 * 3", "(+ 1 (* 2 3))"),
    ("1 - 2 - 3", "(- (- 1 2) 3)"),
    ("-2 ^ 2", "(- (^ 2 2))"),
    ("2 ^ -1", "(^ 2 (- 1))"),
    ("2 ^ 3 ^ 2", "(^ 2 (^ 3 2))"),
    ("-a * b", "(* (- a) b)"),
    ("!x'", "(! (transpose x))"),
    ("x'' + 1", "(+ (transpose (transpose x)) 1)"),
    ("a @ b // c % d", "(% (// (@ a b) c) d)"),
    ("0 < x < 1", "(compare 0 < x < 1)"),
    ("(a < b) < c", "(compare (compare a < b) < c)"),
    ("a < b and not c or d", "(or (and (compare a < b) (not c)) d)"),
    ("not a == b", "(not (compare a == b))"),
    ("not not a", "(not (not a))"),
    ("x in s", "(in x s)"),
    ("x not in s", "(not-in x s)"),
    ("a | b & c == d", "(compare (& (| a b) c) == d)"),
    ("0..n + 1", "(.. 0 (+ n 1))"),
    ("1..5", "(.. 1 5)"),
    ("a..=b by 2 * s", "(..= a b (* 2 s))"),
    ("1.mean()", "(call (field 1 mean))"),
    ("x |> f(y) |> g", "(pipe (pipe x (call f y)) g)"),
    ("x |> y -> y + 1", "(pipe x (fn - (y) (+ y 1)))"),
    ("x -> y -> x", "(fn - (x) (fn - (y) x))"),
    ("(a, b) -> a * b", "(fn - (a b) (* a b))"),
    ("() -> 1", "(fn - () 1)"),
    ("(a: f32[n, _, ..., 3], b = 2, rest...) -> a", "(fn - (a:f32[n _ ... 3] b=2 rest...) a)"),
    ("(x)", "x"), ("(x,)", "(tuple x)"), ("()", "(tuple)"), ("(a, b,)", "(tuple a b)"),
    ("(a = 1, b = 2)", "(record a=1 b=2)"), ("(a = 1)", "(record a=1)"),
    ("{}", "{}"), ("{:}", "(map)"), ("{a}", "{a}"),
    ("{\"a\": 1, b: {:}}", "(map (string \"a\"):1 b:(map))"),
    ("{\n 1: 2\n 3: 4,\n 5: 6\n}", "(map 1:2 3:4 5:6)"),
    ("{ x = 1; x }", "{(silent (= x 1)) x}"),
    ("[1, [2, 3]]", "(tensor 1 (tensor 2 3))"), ("[]", "(tensor)"),
    (
      "[f(i) for i in 0..n if p(i) for (j, _) in xs]",
      "(stack (call f i) (for i (.. 0 n)) (if (call p i)) (for (tuple j _) xs))"
    ),
    ("(i for i in xs)", "(gather i (for i xs))"),
    ("sum(i for i in xs)", "(call sum (gather i (for i xs)))"),
    ("f(1, n = 2, args...)", "(call f 1 n=2 (splat args))"),
    ("f(x)(y).z[0]", "(index (field (call (call f x) y) z) 0)"),
    (
      "x[1:3, :, ::2, -1, ..., new]",
      "(index x (slice 1 3 -) (slice - - -) (slice - - 2) (- 1) ... new)"
    ),
    ("x[new]", "(index x new)"), ("x[new + 1]", "(index x (+ new 1))"),
    ("x[0..3]", "(index x (.. 0 3))"),
    ("x[a:b:c]", "(index x (slice a b c))"),
    ("if a { 1 } else if b { 2 } else { 3 }", "(if a {1} (if b {2} {3}))"),
    ("if a { 1 }\nelse { 2 }", "(if a {1} {2})"),
    ("x = if a { 1 } else { 2 } + 3", "(= x (+ (if a {1} {2}) 3))"),
    ("try f() else e -> e.message", "(try (call f) e (field e message))"),
    ("try f() else 0 |> g", "(pipe (try (call f) - 0) g)"),
    ("try { f() } else e -> { 1 }", "(try {(call f)} e {1})"),
    ("r with (a = 2)", "(with r a=2)"),
    (
      "match v { 0 -> a, (x, y) if x > y -> b, \"s\" -> c\n -1 -> d\n (k = n) -> n, (h, t...) -> t\n _ -> none }",
      "(match v (0 -> a) ((tuple x y) (if (compare x > y)) -> b) ((string \"s\") -> c) ((- 1) -> d) ((record k=n) -> n) ((tuple h (rest t)) -> t) (_ -> none))"
    ),
    ("match v { n if n > lo -> n }", "(match v (n (if (compare n > lo)) -> n))"),
    ("fn(x) { x }", "(fn - (x) {x})"),
    ("fn f(x, n = 2, rest...) = x ^ n", "(fn f (x n=2 rest...) (^ x n))"),
    ("fn f(q: f32[h, d]) -> f32[h] { return q }", "(fn f (q:f32[h d]) ->f32[h] {(return q)})"),
    ("## Doc.\n##  more\nfn f() = 1", "(fn f () doc:\"Doc.\\n more\" 1)"),
    ("## Doc.\n\nfn f() = 1", "(fn f () 1)"),
    ("x = 1", "(= x 1)"), ("x[0] = 1", "(= (index x 0) 1)"),
    ("r.a[i].b = 1", "(= (field (index (field r a) i) b) 1)"),
    ("(a, (b, _), c...) = t", "(= (tuple a (tuple b _) (rest c)) t)"),
    ("(lr = rate) = cfg", "(= (record lr=rate) cfg)"),
    ("_ = 1", "(= _ 1)"), ("x += 1", "(+= x 1)"), ("x //= 2", "(//= x 2)"), ("x @= m", "(@= x m)"),
    ("x |= m", "(|= x m)"),
    (
      "for (i, v) in xs { if v { break } else { continue } }",
      "(for (tuple i v) xs {(if v {(break)} {(continue)})})"
    ),
    ("while x < 3 { x += 1 }", "(while (compare x < 3) {(+= x 1)})"),
    ("for i in 0..20 by 2 { }", "(for i (.. 0 20 2) {})"),
    ("assert x, \"m\"", "(assert x (string \"m\"))"), ("use \"a.lam\" as a", "(use \"a.lam\" a)"),
    ("use = 3", "(= use 3)"),
    ("x = 1 +\n 2", "(= x (+ 1 2))"), ("x\n  |> f\n  .g()", "(pipe x (call (field f g)))"),
    ("x\n  .f()\n  # c\n  .g()", "(call (field (call (field x f)) g))"),
    ("f(\n1,\n2\n)", "(call f 1 2)"),
    ("a\n(b)", "a\nb"), ("a\n[b]", "a\n(tensor b)"), ("a\n-b", "a\n(- b)"),
    ("x = 1; y", "(silent (= x 1))\ny"),
    ("re.match(x)", "(call (field re match) x)"),
    ("r\"a{b}\\n\"", "(string \"a{b}\\\\n\")"),
    ("\"\"\"\na\n\"b\" {x}\"\"\"", "(string \"a\\n\\\"b\\\" \" <x>)"),
    (
      "\"a {v:.4f} {{b}} {f(\"q {n}\")}\"",
      "(string \"a \" <v:.4f> \" {b} \" <(call f (string \"q \" <n>))>)"
    ),
    ("\"{ {1: 2}[1] }\"", "(string <(index (map 1:2) 1)>)"),
    ("\"{x[1:2]:>8}\"", "(string <(index x (slice 1 2 -)):>8>)"),
    ("\"\\u{3c3}\\x41\\u00e9\\t\"", "(string \"σAé\\t\")"),
    ("1_000 + 0xff + 0b1010", "(+ (+ 1000 255) 10)"), ("1e-3", "0.001"), ("1.", "1.0"),
    (".5", "0.5"), ("2i", "2.0i"), ("70mV", "(quantity 70.0 mV)"),
    ("-9223372036854775808", "-9223372036854775808"), ("1.5e3um", "(quantity 1500.0 um)"),
    ("σ + Δt + x₁", "(+ (+ σ Δt) x₁)"),
    ("try return 1 else 2", "error statementAsValue(\"return\") at 4"),
    (
      "fn f(x) = match x { 0 -> return 1, _ -> 2 }",
      "(fn f (x) (match x (0 -> {(return 1)}) (_ -> 2)))"
    ),
  ])
  func reads(_ text: String, _ expected: String) {
    #expect(tree(text) == expected)
  }
}

@Suite struct DocumentationTests {
  private func documentation(_ text: String) -> [String] {
    Parser.documentation(in: SourceText(name: "test", text: text)).map {
      "\($0.name.text): \($0.text)"
    }
  }

  @Test func belongsToTheDefinitionBelow() {
    #expect(
      documentation(
        "## One.\n##\n## >>> f(1)\nfn f(x) = x\n## Two.  \ng = f\n## Lost.\n\nh = f\n## Not a name.\nf(1)"
      )
        == ["f: One.\n\n>>> f(1)", "g: Two."])
  }

  @Test func isKeptByALambdaWithAName() {
    #expect(tree("## Twice.\nf = x -> 2 * x") == "(= f (fn - (x) doc:\"Twice.\" (* 2 x)))")
  }
}
