import Diagnostics
import Foundation
import JSON
import Notebook
import TestSupport
import Testing

/// `lamella serve --stdio` from outside: lines in, lines out.
@Suite(.enabled(if: Program.url != nil, "the program is built beside the tests"))
struct ServeTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lamella-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// The replies to lines, and the code the process ends with at the end of its input.
  private func serve(_ lines: [String]) throws -> (replies: [JSONText], code: Int32) {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = ["serve", "--stdio"]
    process.currentDirectoryURL = folder
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = Data((lines.joined(separator: "\n") + "\n").utf8)
    let writer = Thread {
      input.fileHandleForWriting.write(text)
      try? input.fileHandleForWriting.close()
    }
    writer.start()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let replies = try data.split(separator: 0x0a).map { try JSONText(reading: Array($0)) }
    return (replies, process.terminationStatus)
  }

  private func reply(_ line: String) throws -> JSONText {
    try #require(try serve([line]).replies.first)
  }

  private func result(_ code: String) throws -> String? {
    let request = JSONText.object([("code", .string(code))])
    return try reply(request.line)["outputs"]?["result"]?.line
  }

  @Test func repliesComeInOrderAndTheNamesStay() throws {
    let (replies, code) = try serve([
      #"{"id": 1, "code": "x = 20; print(x)"}"#,
      #"{"id": "two", "code": "x + y", "inputs": {"y": 1}}"#,
      "", #"{"id": 3, "code": "x", "fresh": true}"#, #"{"id": 4, "code": "x"}"#,
      #"{"id": 5, "code": "x", "reset": true}"#,
    ])
    #expect(code == 0)
    #expect(replies.map { $0["id"]?.line } == ["1", "\"two\"", "3", "4", "5"])
    #expect(replies[0]["text"]?.line == #""20\n""#)
    #expect(replies[0]["outputs"]?.line == #"{"result": null}"#)
    #expect(replies[1]["outputs"]?.line == #"{"result": 21}"#)
    #expect(replies[1]["shown"]?.line == #""21""#)
    #expect(replies[2]["error"]?["code"]?.line == #""E0201""#)
    #expect(replies[3]["outputs"]?["result"]?.line == "20")
    #expect(replies[4]["error"]?["code"]?.line == #""E0201""#)
  }

  @Test func anErrorHasItsPlace() throws {
    let error = try reply(#"{"id": 1, "code": "a = 1\nb = [1, 2] + [1, 2, 3]"}"#)["error"]
    #expect(error?["code"]?.line == #""E0302""#)
    #expect(error?["line"]?.line == "2")
    #expect(error?["column"]?.line == "5")
    #expect(error?["span"]?.line == "[10, 28]")
    #expect(error?["message"]?.line == #""shapes do not fit in `+`: i64[2] and i64[3]""#)
    #expect(error?["text"]?.line.contains("b = [1, 2] + [1, 2, 3]") == true)
  }

  @Test func plainValuesStandInTheReply() throws {
    #expect(
      try result("(none, true, 9223372036854775807, 0.5)")
        == "[null, true, 9223372036854775807, 0.5]")
    #expect(
      try result("(0.0 / 0.0, 1 / 0.0, -1 / 0.0)")
        == #"[{"float": "nan"}, {"float": "inf"}, {"float": "-inf"}]"#)
    #expect(try result("3.0") == "3.0")
    #expect(try result(#"("a\"b", "x.npy")"#) == #"["a\"b", {"str": "x.npy"}]"#)
    #expect(try result("1 + 2i") == #"{"complex": [1.0, 2.0]}"#)
    #expect(try result("(a = 1, b = (2, 3))") == #"{"record": {"a": 1, "b": [2, 3]}}"#)
    #expect(try result(#"{"a": 1, 2: 3}"#) == #"{"map": [["a", 1], [2, 3]]}"#)
    #expect(try result("0..6 by 2") == #"{"range": [0, 6, 2]}"#)
    #expect(try result("sin") == #"{"function": "sin"}"#)
    #expect(try result("stats") == #"{"module": "stats"}"#)
    #expect(try result("x = 1") == nil)
  }

  @Test func inputsMeanWhatRepliesMean() throws {
    let values = [
      "null", "true", "-3", "2.5", #""text""#, "[1, [2, 3]]", #"{"str": "x.npy"}"#,
      #"{"float": "inf"}"#, #"{"complex": [0.5, {"float": "nan"}]}"#, #"{"range": [0, 6, 2]}"#,
      #"{"map": [["a", 1]]}"#, #"{"record": {"npy": 1}}"#, #"{"lr": 0.1, "n": 5}"#,
    ]
    let lines = values.map { #"{"code": "v", "inputs": {"v": \#($0)}}"# }
    let replies = try serve(lines).replies.map { $0["outputs"]?["result"]?.line }
    #expect(replies.count == values.count)
    for (given, found) in zip(values.dropLast(), replies) {
      #expect(
        found?.replacing(#"{"float": "nan"}"#, with: #""nan""#)
          == given.replacing(#"{"float": "nan"}"#, with: #""nan""#))
    }
    #expect(replies.last == #"{"record": {"lr": 0.1, "n": 5}}"#)
  }

  @Test func tensorsGoThroughFiles() throws {
    let (replies, _) = try serve([
      #"{"code": "x = f32([[1.5, 2], [3, 4]])", "outputs": ["x"], "folder": "a/b"}"#,
      #"{"code": "(y', z, t)", "inputs": {"y": "a/b/x.npy", "#
        + #""z": {"npy": "a/b/x.npy", "dtype": "f32", "shape": [2, 2]}, "#
        + #""t": {"tensor": [1, 2.5]}}}"#,
      #"{"code": "y", "inputs": {"y": "none.npy"}}"#, #"{"inputs": {"y": {"npy": 1}}}"#,
    ])
    let written = #"{"npy": "a/b/x.npy", "dtype": "f32", "shape": [2, 2]}"#
    #expect(replies[0]["outputs"]?["x"]?.line == written)
    guard case .array(let parts) = replies[1]["outputs"]?["result"] else {
      Issue.record("\(replies[1].line)")
      return
    }
    #expect(parts.map { $0["dtype"]?.line } == [#""f32""#, #""f32""#, #""f64""#])
    #expect(parts.map { $0["shape"]?.line } == ["[2, 2]", "[2, 2]", "[2]"])
    #expect(replies[2]["error"]?["code"]?.line == #""E0801""#)
    #expect(replies[3]["error"]?["code"]?.line == #""E1001""#)
    let bytes = try Data(contentsOf: folder.appendingPathComponent("a/b/x.npy"))
    #expect(
      bytes.suffix(16).elementsEqual([0, 0, 192, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64]))
  }

  @Test func aLineThatIsNoRequestHasAnAnswerToo() throws {
    let golden = try #require(CodeGolden(.malformedRequest))
    let found = try golden.cases.map { try serve([$0]).replies }
    #expect(golden.cases.count == found.count && found.allSatisfy { $0.count == 1 })
    let diagnostics = found.map { replies in
      replies.compactMap { reply -> Diagnostic? in
        guard case .string(let message) = reply["error"]?["message"] else { return nil }
        var hint: String?
        if case .string(let text) = reply["error"]?["hint"] { hint = text }
        return Diagnostic(.malformedRequest, message, hint: hint)
      }
    }
    let complaint = golden.complaint(diagnostics)
    #expect(complaint == nil, "\(complaint ?? "")")
    // Whatever the bytes are, the next request is answered.
    let (replies, code) = try serve(golden.cases + [#"{"id": 9, "code": "1"}"#])
    #expect(replies.last?["outputs"]?["result"]?.line == "1")
    #expect(code == 0)
  }

  @Test func aTimeLimitEndsOneRequest() throws {
    let (replies, _) = try serve([
      #"{"code": "x = 1"}"#, #"{"code": "while true { }", "timeout": 0.05}"#, #"{"code": "x"}"#,
    ])
    #expect(replies[1]["error"]?["code"]?.line == #""E0504""#)
    #expect(replies[2]["outputs"]?["result"]?.line == "1")
  }

  @Test func anInterruptEndsTheRequestThatRunsOrWaits() throws {
    let (replies, _) = try serve([
      #"{"id": 1, "code": "while true { }"}"#, #"{"id": 2, "interrupt": true}"#,
      #"{"id": 3, "code": "5"}"#,
    ])
    let byID = Dictionary(uniqueKeysWithValues: replies.map { ($0["id"]?.line ?? "", $0) })
    #expect(byID["1"]?["error"]?["code"]?.line == #""E0503""#)
    #expect(byID["2"]?["interrupted"]?.line == "true")
    #expect(byID["3"]?["outputs"]?["result"]?.line == "5")
  }

  @Test func drawsDependOnTheCellAlone() throws {
    let (replies, _) = try serve([
      #"{"id": 1, "code": "rand()", "cell": "a"}"#, #"{"id": 2, "code": "rand()", "cell": "a"}"#,
      #"{"id": 3, "code": "rand()", "cell": "b"}"#, #"{"id": 4, "code": "rand()"}"#,
    ])
    let draws = replies.map { $0["outputs"]?["result"]?.line }
    #expect(draws[0] == draws[1])
    #expect(Set(draws).count == 3)
  }
}
