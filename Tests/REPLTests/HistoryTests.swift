import Foundation
import Testing

@testable import REPL

@Suite struct HistoryTests {
  @Test(arguments: ["", "x = 1", "a\nb\n\nc", #"r"\n""#, "\\", "\\\\n\n", "#1234567890", "λ\n\t✓"])
  func anEntryComesBackFromItsLine(_ entry: String) {
    let line = History.encoded(entry)
    #expect(!line.contains("\n"))
    #expect(History.decoded(line) == entry)
  }

  @Test func anEntryOfManyLinesIsOneItemInTheNextSession() throws {
    let path = Self.path()
    var first = History(path: path)
    #expect(first.add("for i in 0..3 {\n  print(i)\n}") == nil)
    #expect(first.add("x = 1") == nil)
    #expect(History(path: path).entries == ["for i in 0..3 {\n  print(i)\n}", "x = 1"])
  }

  @Test func sessionsSideBySideKeepEachOthersEntries() {
    let path = Self.path()
    var one = History(path: path)
    var other = History(path: path)
    _ = one.add("a")
    _ = other.add("b")
    _ = one.add("c")
    #expect(History(path: path).entries == ["a", "b", "c"])
  }

  @Test func anEntryGivenTwiceInARowIsKeptOnce() {
    var history = History(path: nil)
    for entry in ["a", "a", "b", "a"] { _ = history.add(entry) }
    #expect(history.entries == ["a", "b", "a"])
  }

  @Test func onlyTheOwnerMayReadTheFile() throws {
    let path = Self.path()
    var history = History(path: path)
    _ = history.add("secret")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func aLongFileIsCutBackToTheLatestEntries() throws {
    let path = Self.path()
    var history = History(path: path)
    _ = history.add("first")
    let lines = (0...(2 * History.limit)).map { "e\($0)\n" }.joined()
    try lines.write(toFile: path, atomically: true, encoding: .utf8)
    let entries = History(path: path).entries
    #expect(entries.count == History.limit)
    #expect(entries.last == "e\(2 * History.limit)")
    let kept = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(kept.count == History.limit)
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() {
    var history = History(path: "/proc/lamella/history")
    let reason = history.add("x")
    #expect(reason?.hasPrefix("/proc/lamella/history: ") == true)
    #expect(history.entries == ["x"])
  }

  @Test func theFileStandsInTheStateFolder() {
    #expect(
      History.defaultPath(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/lamella/history")
    #expect(History.defaultPath(["HOME": "/h"]) == "/h/.local/state/lamella/history")
    #expect(
      History.defaultPath(["XDG_STATE_HOME": "relative", "HOME": "/h"])
        == "/h/.local/state/lamella/history")
    #expect(History.defaultPath([:]) == nil)
  }

  private static func path() -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("lamella-\(UUID().uuidString)/state/history").path
  }
}
