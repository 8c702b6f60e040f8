import CMachine
import Diagnostics
import Foundation
import Runtime
import TensorCore

/// Runs each program many times in one session: the bytes of its values must not grow.
enum LeakCheck {
  private static let programs = [
    "x = [1, 2, 3]; x[0] = 5; y = x + 1; sum(y)",
    "t = (1, (2, \"a\" + \"b\"), [3]); t[0] = t; t[1] = 2; len(t)",
    "m = {\"a\": 1}; m[\"a\"] = m; m[(1, \"k\")] = (1, 2); m.remove(\"a\"); len(m)",
    "r = (a = 1, b = (c = [1, 2])); r.b.c[0] = 9; r.a = r; r with (a = 2)",
    "fn f(a, b = 2, rest...) = (a, b, rest); f((1, 2)...); try f() else 0; f(1, b = 3)",
    "try { (1, [1, 2], \"s\" + \"t\", error(\"z\")) } else e -> e.message",
    "fn g() { z = try { (1, \"a\" + \"b\", [1, 2], error(\"z\")) } else e -> 0; h(1) }\nfn h(a, b = 3, c = 4, d = 5) = (a, b, c, d)\ng()",
    "fn k() { for i in 0..3 { u = try { (\"a\" + \"b\", [1], (i, i), error(\"z\")) } else e -> h2(i) }; u }\nfn h2(a, b = 3, c = 4, d = 5, e = 6) { if a > 5 { v = \"q\" }; 1 }\nk()",
    "for i in 0..5 { s = try { if i == 3 { break }; \"x\" + str(i) } else e -> 1 }; s",
    "fn w(n) { for i in 0..n { try { return (i, \"a\" + \"b\") } else e -> 0 }; 1 }\nw(3)",
    "map(x -> x + \"a\", (\"b\", \"c\")); try map(x -> error(\"e\"), (1, 2)) else 0; fold((a, b) -> a + b, 0, (1, 2, 3))",
    "a = (i for i in 0..100); b = [i * 2 for i in 0..10]; for (i, v) in enumerate(a) { c = (i, v) }; c",
    "fn deep(n) = if n == 0 { error(\"bottom\") } else { (n, deep(n - 1)) }\ntry deep(50) else e -> e.kind",
    "match (1, \"a\" + \"b\", [1]) { (x, y, z) -> y, _ -> 0 }; match (a = 1) { (a = p) -> p, _ -> 0 }",
    "object = (f = (a, b = 2) -> (a, b), g = x -> x); object.g(\"a\" + \"b\"); try object.f() else 0; object.f(1)",
    "t = (\"a\" + \"b\", \"c\"); try t[5] else 0; try t.x else 0; try t[\"a\"] = 1 else 0; try { t[9] = 1 } else e -> 0",
    "x = zeros(2, 3); try { x[5, 0] = 1 } else e -> 0; try x @ x else 0; x[0] = [1, 2, 3]; x[0, 1] = 4; x'",
    "sorted((\"b\", \"a\")); \"{1}-{\"a\" + \"b\"}-{2.5:.2f}\"; split(\"a,b\", \",\"); join((\"a\", \"b\"), \"-\"); chars(\"abc\")",
    "c = 2i + 1; (c, c); [c, c]; a = () -> c; a(); q = 0..10; q[2:5]; 3 in q",
    "try error(\"x\") else 0; try 1 // 0 else 0; try [1, 2] + [1, 2, 3] else 0; try f_missing(1) else 0",
    "value = linalg.rank([[1.0, 2.0], [2.0, 4.0]]); stats.quantile([1, 2, 3, 4], 0.25)",
  ]

  /// Compiled code is kept for as long as the process, with its constants of text. The same code
  /// where it is not reached
  /// tells how much that is.
  private static func unreached(_ program: String) -> String { "if false { \(program) }" }

  /// - Parameter path: a file of programs, one a line, in place of the built-in ones.
  /// - Returns: whether all stayed flat.
  static func run(root: String, folder: String, times: Int, path: String) -> Bool {
    let own = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    let session = Session(
      SessionOptions(standardLibraryFolder: root + "/stdlib", workingFolder: folder))
    var isFlat = true
    for program in own ?? programs {
      func grown(_ text: String) -> (objects: Int, tensors: Int, resident: Int) {
        func repeated(_ count: Int) {
          for _ in 0..<count {
            _ = session.evaluate(
              SourceText(name: "case", text: text), cell: "1", request: DisplayRequest(),
              emit: { _ in })
          }
        }
        repeated(20)
        let before = (lm_memory_in_use(), Kernels.liveBytes, residentBytes())
        repeated(times)
        return (
          Int(lm_memory_in_use() - before.0), Kernels.liveBytes - before.1,
          residentBytes() - before.2
        )
      }
      let run = grown(program)
      let compiled = grown(unreached(program))
      let objects = run.objects - compiled.objects
      let tensors = run.tensors - compiled.tensors
      if (objects, tensors) != (0, 0) { isFlat = false }
      print(
        """
        \((objects, tensors) == (0, 0) ? "flat " : "GROWS") objects \(objects) B, tensors \(tensors) B; \
        compiled: \(compiled.objects / times) B of text, resident \(run.resident / times) B a run: \
        \(program.prefix(60))
        """)
    }
    return isFlat
  }

  private static func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return 0
    }
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
  }
}
