import Foundation
import Runtime
import Testing

@testable import REPL

/// The whole prompt, typed at through a pseudo-terminal. One at a time: readline's state is global.
@Suite(.serialized) struct ReplLoopTests {
  @Test func anEntryIsEvaluatedAndShown() throws {
    let prompt = try Self.start()
    try prompt.enter("1 + 41")
    try prompt.expect("\n42\n")
    try prompt.leave()
  }

  @Test func underscoreIsTheLastValue() throws {
    let prompt = try Self.start()
    try prompt.enter("6 * 7")
    try prompt.expect("\n42\n")
    try prompt.enter("_ + 1")
    try prompt.expect("\n43\n")
    try prompt.leave()
  }

  @Test func aSemicolonSilences() throws {
    let prompt = try Self.start()
    try prompt.enter("6 * 7;")
    #expect(try !prompt.expect("λ> ").contains("42"))
    prompt.type("_\r")
    try prompt.expect("\n42\n")
    try prompt.leave()
  }

  @Test func anEntryOfManyLinesIsRecalledAsOne() throws {
    let prompt = try Self.start()
    try prompt.enter("fn f(x) {")
    try prompt.expect(".. ")
    prompt.type("x + 1\r")
    try prompt.expect(".. ")
    prompt.type("}\r")
    try prompt.enter("f(41)")
    try prompt.expect("\n42\n")
    try prompt.expect("λ> ")
    prompt.type("\u{1b}[A\u{1b}[A")
    try prompt.expect("x + 1")
    prompt.type("\r")
    try prompt.enter("f(1)")
    try prompt.expect("\n2\n")
    try prompt.leave()
  }

  @Test func anErrorLeavesTheValuesAsTheyWere() throws {
    let prompt = try Self.start()
    try prompt.enter("x = 41")
    try prompt.enter("x + nonsense")
    try prompt.expect("error[E0201]")
    try prompt.enter("x + 1")
    try prompt.expect("\n42\n")
    try prompt.leave()
  }

  @Test func aValueThatWasShownIsStillThere() throws {
    let prompt = try Self.start()
    try prompt.enter("pair = (40, 2)")
    for _ in 0..<2 {
      try prompt.enter("pair")
      try prompt.expect("\n(40, 2)\n")
    }
    try prompt.leave()
  }

  @Test func controlCDropsTheEntry() throws {
    let prompt = try Self.start()
    try prompt.enter("(1 +")
    try prompt.expect(".. ")
    prompt.interrupt()
    try prompt.enter("6 * 7")
    try prompt.expect("\n42\n")
    try prompt.leave()
  }

  @Test func controlCStopsTheEvaluationAndKeepsTheValues() throws {
    let prompt = try Self.start()
    try prompt.enter("x = 41")
    try prompt.enter("print(\"begun\"); while true { x = x }")
    try prompt.expect("\nbegun")
    let clock = ContinuousClock()
    let start = clock.now
    prompt.interrupt()
    try prompt.expect("error[E0503]")
    #expect(clock.now - start < .seconds(2))
    try prompt.enter("x + 1")
    try prompt.expect("\n42\n")
    try prompt.leave()
  }

  @Test func printedTextWithoutALineEndDoesNotRunIntoThePrompt() throws {
    let prompt = try Self.start()
    try prompt.enter("print(\"abc\", end = \"\")")
    try prompt.expect("\nabc\nλ> ")
    prompt.type("\u{4}")
    try prompt.expectEnd()
  }

  @Test func tabCompletesNames() throws {
    let prompt = try Self.start()
    try prompt.enter("temperature = 42")
    try prompt.expect("λ> ")
    prompt.type("tempe\t")
    try prompt.expect("temperature")
    prompt.type("\r")
    try prompt.expect("\n42\n")
    try prompt.leave()
  }

  @Test func aQuestionMarkShowsTheDocumentation() throws {
    let prompt = try Self.start()
    try prompt.enter("?sqrt")
    try prompt.expect("sqrt(")
    try prompt.expect(">>> ")
    try prompt.enter("?sqrtt")
    try prompt.expect("did you mean `?sqrt`?")
    try prompt.enter("?E0301")
    try prompt.expect("matrix product")
    try prompt.leave()
  }

  @Test func measuringDoesNotDisturb() throws {
    let prompt = try Self.start()
    try prompt.enter("x = 20")
    try prompt.enter(":bench x * 2")
    try prompt.expect("a run (")
    try prompt.enter(":time x + 22")
    try prompt.expect("\n42\n")
    try prompt.enter(":who")
    try prompt.expect("x")
    try prompt.leave()
  }

  @Test func whatSucceededIsSavedAndLoadsAgain() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lamella-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/kept.lam"
    let first = try Self.start(historyPath: folder + "/history")
    try first.enter("answer = 42")
    try first.enter("nonsense")
    try first.enter(":save \(path)")
    try first.expect("wrote")
    try first.leave()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "answer = 42\n")
    let second = try Self.start(historyPath: folder + "/history")
    try second.enter(":load \(path)")
    try second.enter("answer")
    try second.expect("\n42\n")
    try second.expect("λ> ")
    prompt(second, recalls: ":load \(path)", after: 2)
    try second.expectEnd()
  }

  @Test func theEndWithinAnEntryTellsWhatWasOpen() throws {
    let prompt = try Self.start()
    try prompt.enter("(1 +")
    try prompt.expect(".. ")
    prompt.type("\u{4}")
    try prompt.expect("error[E01")
    try prompt.leave()
  }

  @Test func quitLeaves() throws {
    let prompt = try Self.start()
    try prompt.enter(":quit")
    try prompt.expectEnd()
  }

  private func prompt(_ prompt: PseudoTerminal, recalls entry: String, after count: Int) {
    prompt.type(String(repeating: "\u{1b}[A", count: count))
    #expect(throws: Never.self) { try prompt.expect(entry) }
    prompt.interrupt()
    prompt.type("\u{4}")
  }

  private static func start(historyPath: String? = nil) throws -> PseudoTerminal {
    try PseudoTerminal(historyPath: historyPath) {
      Session(
        SessionOptions(
          standardLibraryFolder: StandardLibrary.locate() ?? "", workingFolder: "."))
    }
  }
}

extension PseudoTerminal {
  /// Ctrl-D at the prompt, and out.
  func leave() throws {
    try expect("λ> ")
    type("\u{4}")
    try expectEnd()
  }
}
