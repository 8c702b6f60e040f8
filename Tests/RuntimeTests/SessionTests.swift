import Diagnostics
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Runtime

/// What a session promises whatever its cells do.
@Suite struct SessionTests {
  private func makeSession(_ limits: Limits = Limits()) -> Session {
    Session(
      SessionOptions(
        standardLibraryFolder: StandardLibrary.locate() ?? "", workingFolder: ".", limits: limits))
  }

  private func evaluate(_ session: Session, _ text: String, cell: String = "cell") -> Outcome {
    session.evaluate(
      SourceText(name: "test", text: text), cell: cell, request: DisplayRequest(), emit: { _ in })
  }

  private func shown(_ session: Session, _ text: String) -> String {
    let outcome = evaluate(session, text)
    return outcome.display?.plainText ?? outcome.errors.map(\.code.rawValue).joined(separator: " ")
  }

  @Test func sessionsDoNotSeeEachOther() {
    let first = makeSession()
    let second = makeSession()
    #expect(shown(first, "x = 1; x") == "1")
    #expect(shown(second, "x") == "E0201")
    #expect(shown(second, "x = 2; x") == "2")
    #expect(shown(first, "x") == "1")
  }

  @Test func sessionsAreStoppedApart() {
    let first = makeSession()
    let second = makeSession()
    first.interrupt()
    #expect(shown(second, "sum(ones(1000, 1000))") == "1000000.0")
  }

  @Test func callsNestAHundredThousandDeep() {
    let session = makeSession()
    #expect(
      shown(session, "fn down(n) = if n == 0 { 0 } else { 1 + down(n - 1) }\ndown(100_000)")
        == "100000")
    #expect(shown(session, "fn on(n) = on(n + 1)\non(0)") == "E0501")
    #expect(shown(session, "1 + 1") == "2")
  }

  @Test func nativeCallsNestWithinALimit() {
    let session = makeSession()
    #expect(shown(session, "fn f(x) = map((x,), f)\nf(1)") == "E0501")
    #expect(shown(session, "1 + 1") == "2")
  }

  /// Element by element a million times: a copy each time would be 10^12 elements, and not end.
  @Test(arguments: [
    "x = zeros(1_000_000)\nfor i in 0..1_000_000 { x[i] = i }\nsum(x)",
    "x = tuple(zeros(1_000_000))\nfor i in 0..1_000_000 { x[i] = i }\nx[999_999]",
    "x = ()\nfor i in 0..1_000_000 { x = push(x, i) }\nlen(x)",
    "x = (a = zeros(1000, 1000), n = 0)\n"
      + "for i in 0..1000 { for j in 0..1000 { x.a[i, j] = 1 } }\nsum(x.a)",
    "x = {:}\nfor i in 0..1_000_000 { x[i % 1000] = i }\nlen(x)",
    "x = \"\"\nfor i in 0..1_000_000 { x += \"ab\" }\nlen(x)",
    "fn fill(n) { x = zeros(n); for i in 0..n { x[i] = 1 }; x }\nsum(fill(1_000_000))",
  ])
  func fillingInPlaceIsLinear(_ text: String) {
    let session = makeSession()
    let outcome = evaluate(session, text)
    #expect(outcome.errors.isEmpty)
  }

  @Test func twoNamesNeverSeeEachOthersChange() {
    let session = makeSession()
    let text = """
      a = zeros(3)
      b = a
      a[0] = 1
      t = (a, (1, 2))
      u = t
      u[1][0] = 9
      v = a[0:2]
      a[1] = 5
      (b[0], a[0], t[1][0], u[1][0], v[1], t[0][1])
      """
    #expect(shown(session, text) == "(0.0, 1.0, 1, 9, 0.0, 0.0)")
  }

  @Test func memoryIsLimited() {
    let session = makeSession()
    #expect(shown(session, "zeros(1_000_000, 1_000_000)") == "E0502")
    #expect(shown(session, "1 + 1") == "2")
  }

  @Test(arguments: [
    "while true { }", "for i in 0..1_000_000_000_000 { }",
    "fn f(n) = f(n)\nwhile true { try f(1) else 0 }",
    "x = ones(2000, 2000)\nwhile true { y = x @ x }", "while true { try error(\"a\") else 0 }",
  ])
  func anInterruptStopsAndKeepsValues(_ text: String) {
    let session = makeSession()
    #expect(shown(session, "kept = 42; kept") == "42")
    let stop = interruptRepeatedly(session)
    let outcome = evaluate(session, text)
    stop()
    #expect(outcome.errors.map(\.code) == [.interrupted])
    #expect(shown(session, "kept") == "42")
  }

  @Test func aCellsNumbersDependOnItsNameAlone() {
    let session = makeSession()
    let first = evaluate(session, "randn(3)", cell: "a").display?.plainText
    let other = evaluate(session, "randn(3)", cell: "b").display?.plainText
    let again = evaluate(makeSession(), "1; randn(3)", cell: "a").display?.plainText
    #expect(first == again)
    #expect(first != other)
  }

  @Test func aProfileNamesTheLineThatTakesTheTime() {
    let session = makeSession()
    let (outcome, lines) = session.profiled {
      evaluate(session, "t = 0.0\nfor i in 0..5_000_000 {\n  t += sqrt(i)\n}\nt")
    }
    #expect(outcome.errors.isEmpty)
    #expect(lines.first.map { (2...3).contains($0.line) } ?? false)
  }

  @Test func fusedAndSteppedEvaluationAgree() {
    let session = makeSession()
    _ = evaluate(session, "a = randn(1000)\nb = randn(1000)")
    let pairs = [
      (
        "exp(-a * a) + b / 2 - abs(b)",
        "c = a * a; d = -c; e = exp(d); f = b / 2; g = abs(b); h = e + f; h - g"
      ),
      ("(a > 0) & (b < 1) | (a == b)", "c = a > 0; d = b < 1; e = a == b; f = c & d; f | e"),
      (
        "where(a > b, a ^ 2, sqrt(abs(b)))",
        "c = a > b; d = a ^ 2; e = abs(b); f = sqrt(e); where(c, d, f)"
      ),
    ]
    for (fused, stepped) in pairs {
      #expect(shown(session, "x = {\(fused)}; y = {\(stepped)}; all(x == y)") == "true")
    }
  }
}

private final class Flag: Sendable {
  private let value = Mutex(false)

  var isSet: Bool {
    get { value.withLock { $0 } }
    set { value.withLock { $0 = newValue } }
  }
}

/// Interrupts a session again and again, from a thread of its own: the tests' tasks may all be
/// waiting for evaluations. The result ends that, and returns when the thread will do no more.
private func interruptRepeatedly(_ session: Session) -> () -> Void {
  let isWanted = Flag()
  let hasEnded = DispatchSemaphore(value: 0)
  Thread.detachNewThread {
    while !isWanted.isSet {
      Thread.sleep(forTimeInterval: 0.02)
      session.interrupt()
    }
    hasEnded.signal()
  }
  return {
    isWanted.isSet = true
    hasEnded.wait()
  }
}
