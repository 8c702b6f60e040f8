import Diagnostics
import Dispatch
import Foundation
import Synchronization
import TensorCore
import Testing

@testable import Runtime

/// What `pmap` promises whatever the number of threads. One after another: the number is the
/// process's.
@Suite(.serialized) struct ParallelTests {
  /// All that a cell shows, prints, warns of and ends with, on this many threads.
  private func told(_ text: String, threads: Int) -> [String] {
    let before = Kernels.threadCount
    Kernels.threadCount = threads
    defer { Kernels.threadCount = before }
    let session = makeSession()
    let events = Mutex<[String]>([])
    let outcome = session.evaluate(
      SourceText(name: "test", text: text), cell: "cell", request: DisplayRequest()
    ) { event in
      events.withLock { all in
        switch event {
        case .output(let text): all.append(text)
        case .display(let item): all.append(item.plainText)
        case .warning(let diagnostic):
          all.append(DiagnosticRenderer.render(diagnostic, colour: false))
        case .effect(let description): all.append(description)
        }
      }
    }
    return events.withLock { $0 } + [outcome.display?.plainText ?? ""]
      + outcome.errors.map { DiagnosticRenderer.render($0, colour: false) }
  }

  private func makeSession() -> Session {
    Session(
      SessionOptions(
        standardLibraryFolder: StandardLibrary.locate() ?? "", workingFolder: "."))
  }

  private func shown(_ session: Session, _ text: String) -> String {
    let outcome = session.evaluate(
      SourceText(name: "test", text: text), cell: "cell", request: DisplayRequest(),
      emit: { _ in })
    return outcome.display?.plainText ?? outcome.errors.map(\.code.rawValue).joined(separator: " ")
  }

  @Test(arguments: [
    "pmap(0..300, i -> (rand(), mean(randn(100)), randint(0, 10)))",
    "w = randn(60, 60)\npmap(0..40, i -> sum(exp(w @ w * i / 1000)))",
    "fn f(i) { print(\"{i}: {rand()}\"); i }\npmap(0..50, f)\nrand()",
    "pmap(0..20, i -> pmap(0..3, j -> rand()))",
    "pmap(0..50, i -> [1, 2, 3] + [[1], [2]])\n[1] + [[1]]\n1",
    "fn g(i) { print(i); if i % 7 == 6 { zeros(2)[i] } else { i } }\nfn f(n) = pmap(0..n, g)\n"
      + "f(90)",
    "pmap(0..40, i -> stats.median(rand(9)) + linalg.rank([[1.0, 2.0], [2.0, i]]))",
    "pmap(0..5000, i -> \"{i}\") |> len",
  ])
  func everythingIsTheSameForAnyNumberOfThreads(_ text: String) {
    let alone = told(text, threads: 1)
    for threads in [2, 3, 7] { #expect(told(text, threads: threads) == alone, "\(threads)") }
  }

  @Test func anErrorHasTheCallsThatLedToIt() {
    let text = "fn bad(i) = zeros(2)[i]\nfn outer(n) = xmap(0..n, bad)\nouter(9)"
    let serial = told(text.replacing("xmap", with: "map"), threads: 1)
    let parallel = told(text.replacing("xmap", with: "pmap"), threads: 2)
    #expect(parallel.map { $0.replacing("pmap", with: "map") } == serial)
  }

  @Test func anInterruptStopsAllItems() {
    let session = makeSession()
    let stopper = DispatchSource.makeTimerSource(queue: .global())
    stopper.schedule(deadline: .now() + 0.05, repeating: 0.05)
    stopper.setEventHandler { session.interrupt() }
    stopper.activate()
    #expect(shown(session, "pmap(0..8, i -> { while true { } })") == "E0503")
    #expect(shown(session, "try pmap(0..8, i -> { while true { } }) else 1") == "E0503")
    stopper.cancel()
    #expect(shown(session, "pmap(0..3, i -> i)") == "(0, 1, 2)")
  }

  @Test func itemsMayNestNativeCalls() {
    let session = makeSession()
    let nest = "fn nest(n) = if n == 0 { 0 } else { map((n - 1,), nest)[0] + 1 }\n"
    #expect(shown(session, nest + "sum(stack(pmap(0..8, i -> nest(1000))))") == "8000")
    #expect(shown(session, "fn f(x) = map((x,), f)\npmap(0..8, f)") == "E0501")
    let down = "fn down(n) = if n == 0 { 0 } else { 1 + down(n - 1) }\n"
    #expect(shown(session, down + "max(stack(pmap(0..4, i -> down(50_000))))") == "50000")
  }

  @Test func valuesAreInOneHandAgainAfterwards() {
    // Element by element a hundred thousand times: with a copy each time this would not end.
    let session = makeSession()
    let text =
      "x = zeros(1_000_000)\npmap(0..8, i -> x[i])\n"
      + "for i in 0..1_000_000 { x[i] = i }\nx[999_999]"
    #expect(shown(session, text) == "999999.0")
  }
}
