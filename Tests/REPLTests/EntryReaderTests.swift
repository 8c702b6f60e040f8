import Runtime
import Testing

@testable import REPL

@Suite struct EntryReaderTests {
  @Test func linesAreJoinedUntilTheEntryIsComplete() {
    let typed = Typed(["f {", "a", "}", "g"])
    #expect(typed.reader.next() == .code("f {\na\n}"))
    #expect(typed.reader.next() == .code("g"))
    #expect(typed.reader.next() == .end)
  }

  @Test func continuedLinesHaveTheirOwnPromptAndIndentation() {
    let typed = Typed(["f {", "  g(", "    1)", "}"])
    _ = typed.reader.next()
    #expect(typed.prompts == ["λ> ", ".. ", ".. ", ".. "])
    #expect(typed.indentations == ["", "  ", "    ", "    "])
  }

  @Test func whatCanNeverBeCompletedIsAnEntryAtOnce() {
    #expect(Typed([")"]).reader.next() == .code(")"))
  }

  @Test func controlCDropsTheWholeEntry() {
    let typed = Typed([.text("f {"), .text("a"), .cancelled, .text("b")])
    #expect(typed.reader.next() == .nothing)
    #expect(typed.reader.next() == .code("b"))
  }

  @Test func theEndWithinAnEntryHandsOverWhatThereIs() {
    #expect(Typed(["f {", "a"]).reader.next() == .code("f {\na"))
  }

  @Test func commandsAreSeenOnTheFirstLineOnly() {
    let typed = Typed(["  :help time ", "{", ":help", "}", "?mean"])
    #expect(typed.reader.next() == .command(":help time"))
    #expect(typed.reader.next() == .code("{\n:help\n}"))
    #expect(typed.reader.next() == .command("?mean"))
  }

  @Test func blankLinesAreNothing() {
    let typed = Typed(["", "   ", "\t"])
    for _ in 0..<3 { #expect(typed.reader.next() == .nothing) }
  }
}

/// A reader whose lines come from a list, and what it asked with.
private struct Typed {
  private final class Script {
    var prompts: [String] = []
    var indentations: [String] = []
    var lines: ArraySlice<LineEditor.Line>

    init(_ lines: [LineEditor.Line]) { self.lines = lines[...] }
  }

  let reader: EntryReader
  private let script: Script

  var prompts: [String] { script.prompts }
  var indentations: [String] { script.indentations }

  init(_ lines: [LineEditor.Line]) {
    let script = Script(lines)
    self.script = script
    reader = EntryReader(
      prompt: Prompt(usesColour: false, isUTF8: true),
      readLine: { prompt, indentation in
        script.prompts.append(prompt)
        script.indentations.append(indentation)
        return script.lines.popFirst() ?? .end
      },
      completeness: Self.completeness)
  }

  init(_ lines: [String]) { self.init(lines.map { LineEditor.Line.text($0) }) }

  /// By brackets alone.
  private static func completeness(_ text: String) -> Completeness {
    let depth = text.reduce(0) { depth, character in
      "([{".contains(character) ? depth + 1 : ")]}".contains(character) ? depth - 1 : depth
    }
    return depth > 0 ? .incomplete : depth < 0 ? .malformed : .complete
  }
}
