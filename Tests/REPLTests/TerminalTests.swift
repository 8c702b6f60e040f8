import Foundation
import Testing

@testable import REPL

@Suite struct TerminalTests {
  @Test func aPipeIsNeitherInteractiveNorColoured() {
    let pipe = Pipe()
    let terminal = Terminal(
      input: pipe.fileHandleForReading.fileDescriptor,
      output: TextOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor),
      environment: ["TERM": "xterm"])
    #expect(!terminal.isInteractive)
    #expect(!terminal.usesColour)
    #expect(terminal.size.columns == 80)
    #expect(terminal.size.rows == 24)
    #expect(terminal.size.pixels == nil)
  }

  @Test func theFirstLocaleVariableThatIsSetDecides() {
    #expect(Terminal(environment: ["LANG": "de_DE.UTF-8"]).isUTF8)
    #expect(Terminal(environment: ["LC_ALL": "", "LANG": "C.utf8"]).isUTF8)
    #expect(!Terminal(environment: ["LC_ALL": "C", "LANG": "de_DE.UTF-8"]).isUTF8)
    #expect(!Terminal(environment: [:]).isUTF8)
  }

  @Test func aTerminalThatDrawsSixelSaysSo() throws {
    let bytes = Array("ab\u{1b}[?62;4;22ccd".utf8)
    let answer = try #require(GraphicsProbe.answer(in: bytes))
    #expect(answer == 2..<13)
    #expect(GraphicsProbe.attributes(bytes[answer]) == [62, 4, 22])
  }

  @Test(arguments: ["", "\u{1b}[?62;4", "\u{1b}[A", "\u{1b}[?25h"])
  func otherBytesAreNoAnswer(_ text: String) {
    #expect(GraphicsProbe.answer(in: Array(text.utf8)) == nil)
  }

  @Test func aGreatDealOfTextArrivesWhole() async throws {
    let pipe = Pipe()
    let text = String(repeating: "λx", count: 200_000)
    let output = TextOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    async let written: Void = Task.detached {
      output.write(text)
      try? pipe.fileHandleForWriting.close()
    }.value
    let received = try pipe.fileHandleForReading.readToEnd()
    await written
    #expect(received == Data(text.utf8))
  }

  @Test func pathsAreCompletedWithSlashesAfterFolders() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lamella-\(UUID().uuidString)").path
    for name in ["data", "drafts"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for name in ["day one.nb", ".hidden"] {
      try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    let found = PathCompletion.paths(beginningWith: folder + "/da")
    #expect(found == ["\(folder)/data/", "\(folder)/day one.nb"])
    #expect(PathCompletion.paths(beginningWith: folder + "/").count == 3)
    #expect(PathCompletion.paths(beginningWith: folder + "/.h") == ["\(folder)/.hidden"])
    #expect(PathCompletion.paths(beginningWith: folder + "/nowhere/x").isEmpty)
  }

  @Test(arguments: [
    (1.5, "1.50 s"), (0.0123, "12.3 ms"), (4.5e-5, "45.0 µs"), (3.2e-9, "3.20 ns"),
    (2e-10, "0.20 ns"), (123.4, "123 s"), (9.996e-3, "10.00 ms"),
  ])
  func timesHaveThreeDigitsAndAUnit(_ seconds: Double, _ text: String) {
    #expect(ReplLoop.formatted(seconds) == text)
  }
}
