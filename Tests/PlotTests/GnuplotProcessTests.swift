import Foundation
import Testing

@testable import Plot

@Suite struct GnuplotProcessTests {
  private func script(_ text: String) -> GnuplotScript {
    GnuplotScript(text: text, sets: [], markCount: 0)
  }

  /// A program in a file of its own, for as long as `body` runs.
  private func withProgram(_ lines: String, _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "gnuplot-\(UUID().uuidString)"
    ).path
    // Written by another process: a child that another test starts meanwhile would hold our file
    // open, and a file that
    // is open for writing cannot be run.
    let writer = try Process.run(
      URL(fileURLWithPath: "/bin/sh"),
      arguments: [
        "-c", "printf '%s\\n' '#!/bin/sh' \"$1\" > \"$2\" && chmod 755 \"$2\"", "sh", lines, path,
      ])
    writer.waitUntilExit()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func givesWhatGnuplotWrites() throws {
    let result = try GnuplotProcess().run(script("set terminal dumb 40 10\nplot [0:1] x notitle"))
    #expect(String(decoding: result.bytes, as: UTF8.self).contains("*"))
    #expect(result.messages.isEmpty)
  }

  @Test func missingProgramIsSaid() {
    #expect(throws: PlotError.gnuplotMissing(program: "no-such-gnuplot")) {
      try GnuplotProcess(program: "no-such-gnuplot").run(script("plot x"))
    }
    #expect(throws: PlotError.gnuplotMissing(program: "/etc/hostname")) {
      try GnuplotProcess(program: "/etc/hostname").run(script("plot x"))
    }
  }

  @Test func rejectionCarriesSentenceAndLine() {
    #expect(
      throws: PlotError.gnuplotRejected(
        message: "undefined variable: nosuch", line: "plot nosuch*x")
    ) { try GnuplotProcess().run(script("set terminal dumb\nplot nosuch*x")) }
    #expect(throws: PlotError.gnuplotRejected(message: "')' expected", line: "plot sin(x")) {
      try GnuplotProcess().run(script("set terminal dumb\nplot sin(x\nset grid"))
    }
  }

  @Test func scriptStopsAtItsFirstError() throws {
    let error = #expect(throws: PlotError.self) {
      try GnuplotProcess().run(script("print nosuch\nprint 'LATER'"))
    }
    guard case .gnuplotRejected(let message, _)? = error else {
      Issue.record("gnuplot rejects an undefined variable")
      return
    }
    #expect(!message.contains("LATER"))
  }

  @Test func deathIsNoticed() throws {
    try withProgram("kill -9 $$") { path in
      #expect(throws: PlotError.gnuplotDied(signal: 9, message: "")) {
        try GnuplotProcess(program: path).run(script("plot x"))
      }
    }
    try withProgram("echo out of ink >&2; exit 3") { path in
      #expect(throws: PlotError.gnuplotDied(signal: 0, message: "out of ink")) {
        try GnuplotProcess(program: path).run(script("plot x"))
      }
    }
  }

  @Test func programThatReadsNothingDoesNotKillUs() throws {
    try withProgram("exec <&-; exit 0") { path in
      for _ in 0..<20 {
        #expect(throws: PlotError.self) {
          try GnuplotProcess(program: path).run(
            script(String(repeating: "set grid\n", count: 50_000)))
        }
      }
    }
  }

  @Test func endsWhatTakesTooLong() {
    let start = ContinuousClock().now
    #expect(throws: PlotError.gnuplotTimedOut(seconds: 1)) {
      try GnuplotProcess(timeoutSeconds: 1).run(script("pause 60"))
    }
    #expect(ContinuousClock().now - start < .seconds(10))
  }

  @Test func stopsWhenAsked() {
    let start = ContinuousClock().now
    let process = GnuplotProcess(shouldStop: { ContinuousClock().now - start > .milliseconds(50) })
    #expect(throws: PlotError.interrupted) { try process.run(script("pause 60")) }
    #expect(ContinuousClock().now - start < .seconds(10))
  }

  @Test func kernelKeepsScriptsFromPrograms() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "plot-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var process = GnuplotProcess()
    process.folder = folder.path
    let ways = [
      "set terminal dumb\ns = sprintf(\"%ctouch canary\", 60)\nplot s", "system('touch canary')",
      "!touch canary", "set output '|touch canary'", "set print 'canary'\nprint 1",
      "set terminal svg\nset output 'canary'\nplot x",
    ]
    for way in ways {
      _ = try? process.run(script(way))
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.isEmpty, "\(way)")
    }
    process.isConfined = false
    _ = try process.run(script("system('touch canary')"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["canary"])
  }

  @Test func binaryDataArriveExactly() throws {
    let values: [Double] = [0, 0.1, -1e300, 1 / 3.0, 1e-300, 7]
    let sets = [
      ScriptData.BinarySet(values: [1, 2], rows: 1, columns: 2),
      ScriptData.BinarySet(values: values, rows: 3, columns: 2),
    ]
    let text = """
      set table "/dev/stdout"
      set format "%.17g"
      plot "\(ScriptData.file)" binary skip=16 record=(3) format="%double%double" using 1:2 with points
      unset table
      """
    var process = GnuplotProcess()
    process.isConfined = false
    let result = try process.run(GnuplotScript(text: text, sets: sets, markCount: 0))
    let rows = String(decoding: result.bytes, as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
      .map { $0.split(separator: " ").prefix(2).compactMap { Double($0) } }
    #expect(rows == [[0, 1 / 3.0], [0.1, 1e-300], [-1e300, 7]])
  }
}
