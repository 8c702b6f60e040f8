import Foundation
import Testing

/// The program from outside: exit codes, what goes to which stream, files left behind.
@Suite(.enabled(if: Program.url != nil, "the program is built beside the tests"))
struct CommandLineTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lamella-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private struct Result {
    let code: Int32
    let output: String
    let messages: String
  }

  private func write(_ text: String, _ name: String = "a.nb") throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  private func lamella(
    _ arguments: String..., path: String? = nil, interruptedAfter output: String? = nil
  ) throws -> Result {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = path ?? environment["PATH"]
    process.environment = environment
    let messages = folder.appendingPathComponent("messages")
    _ = FileManager.default.createFile(atPath: messages.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: messages)
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var data = Data()
    if let output {
      while !String(decoding: data, as: UTF8.self).contains(output) {
        let more = pipe.fileHandleForReading.availableData
        if more.isEmpty { break }
        data += more
      }
      process.interrupt()
    }
    data += pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    defer { try? FileManager.default.removeItem(at: messages) }
    return Result(
      code: process.terminationStatus, output: String(decoding: data, as: UTF8.self),
      messages: try String(contentsOf: messages, encoding: .utf8))
  }

  @Test func aRunLeavesPageAndRecordAndTheNotebookAsItWas() throws {
    let notebook = "```{lamella}\n#| label: one\nprint(\"hello\")\n1 + 1\n```\n"
    try write(notebook)
    let result = try lamella("run", "a.nb")
    #expect(result.code == 0)
    #expect(result.output == "hello\n2\n")
    #expect(result.messages.contains("[1/1] one: done"))
    #expect(try text("a.out/index.html").contains("hello"))
    #expect(try text("a.out/run.json").contains("\"ending\": \"done\""))
    #expect(try text("a.nb") == notebook)
  }

  @Test func aFailedCellIsCode1WithThePage() throws {
    try write("```{lamella}\n[1, 2] + [1, 2, 3]\n```\n```{lamella}\nprint(\"after\")\n```\n")
    let result = try lamella("run", "a.nb")
    #expect(result.code == 1)
    #expect(result.output.isEmpty)
    #expect(result.messages.contains("error[E0302]"))
    #expect(result.messages.contains("a.nb, cell 1, line 2"))
    #expect(try text("a.out/index.html").contains("E0302"))
    #expect(try lamella("run", "a.nb", "--on-error", "continue").output == "after\n")
    try FileManager.default.removeItem(at: folder.appendingPathComponent("a.out"))
    #expect(try lamella("run", "a.nb", "--on-error", "abort").code == 1)
    #expect(!exists("a.out"))
  }

  @Test func aWrongParameterIsCode2() throws {
    try write("---\nparams: { n: { type: int, default: 3, max: 9 } }\n---\n```{lamella}\nn\n```\n")
    #expect(try lamella("run", "a.nb", "-p", "n=5").output == "5\n")
    for argument in ["n=10", "n=x", "m=1", "n"] {
      let result = try lamella("run", "a.nb", "-p", argument)
      #expect(result.code == 2, "\(argument)")
      #expect(result.messages.contains("error[E06"), "\(result.messages)")
    }
    try write("n: 7\n", "p.yaml")
    #expect(try lamella("run", "a.nb", "-P", "p.yaml").output == "7\n")
  }

  @Test func aWrongCommandLineIsCode2() throws {
    try write("x\n")
    for arguments in [
      ["run"], ["run", "none.nb"], ["run", "a.nb", "--to", "pdf"], ["run", "--no"],
    ] {
      switch arguments.count {
      case 1: #expect(try lamella(arguments[0]).code == 2)
      case 2: #expect(try lamella(arguments[0], arguments[1]).code == 2)
      default:
        #expect(try lamella(arguments[0], arguments[1], arguments[2], arguments[3]).code == 2)
      }
    }
  }

  @Test func aNotebookThatDoesNotResolveIsCode4AndNothingRuns() throws {
    try write(
      "```{lamella}\nprint(\"ran\")\n```\n```{lamella}\nnosuchname\n```\n```{lamella}\ny = (\n```\n"
    )
    for command in ["run", "check", "test"] {
      let result = try lamella(command, "a.nb")
      #expect(result.code == 4)
      #expect(!result.output.contains("ran"))
      #expect(result.messages.contains("E0201") && result.messages.contains("E0106"))
    }
    #expect(!exists("a.out"))
    try write("```{lamella}\n1\n")
    #expect(try lamella("run", "a.nb").code == 4)
  }

  @Test func aTimeLimitIsCode5() throws {
    try write("```{lamella}\n#| timeout: 100ms\nwhile true { }\n```\n")
    let result = try lamella("run", "a.nb")
    #expect(result.code == 5)
    #expect(result.messages.contains("E0504"))
  }

  @Test func aMissingGnuplotIsCode6() throws {
    try write("```{lamella}\nfigure() |> line([1, 2])\n```\n")
    let result = try lamella("run", "a.nb", path: "/nonexistent")
    #expect(result.code == 6)
    #expect(result.messages.contains("gnuplot"))
  }

  @Test func ctrlCIsCode130AndThePageIsWritten() throws {
    try write("```{lamella}\nprint(\"begun\")\nwhile true { }\n```\n")
    let result = try lamella("run", "a.nb", interruptedAfter: "begun")
    #expect(result.code == 130)
    #expect(try text("a.out/index.html").contains("begun"))
  }

  @Test func aDifferenceIsCode3AndAcceptMendsIt() throws {
    let notebook = "Prose  stays.\n\n```{lamella}\n1 + 1\n```\n\n```{expect}\n3\n```\n"
    try write(notebook)
    let result = try lamella("test", "a.nb", "--junit", "report.xml")
    #expect(result.code == 3)
    #expect(result.output.hasPrefix("FAIL  a.nb"))
    #expect(result.messages.contains("- 3") && result.messages.contains("+ 2"))
    #expect(try text("report.xml").contains("failures=\"1\""))
    #expect(try lamella("test", "a.nb", "--accept").code == 0)
    #expect(try text("a.nb") == notebook.replacing("\n3\n", with: "\n2\n"))
    #expect(try lamella("test", "a.nb").output.hasPrefix("ok    a.nb  1 claim"))
    #expect(!exists("a.out"))
  }

  @Test func examplesInDocumentationAreTested() throws {
    try write("## Twice.\n## >>> twice(2)\n## 4\nfn twice(x) = 2 * x\n", "m.lam")
    #expect(try lamella("test", "m.lam").code == 0)
    try write("## Twice.\n## >>> twice(2)\n## 5\nfn twice(x) = 2 * x\n", "m.lam")
    #expect(try lamella("test", "m.lam").code == 3)
  }

  @Test func aFreshNotebookPassesItsTest() throws {
    #expect(try lamella("new", "fresh").code == 0)
    #expect(try lamella("new", "fresh.nb").code == 2)
    #expect(try lamella("fmt", "--check", "fresh.nb").code == 0)
    #expect(try lamella("test", "fresh.nb").code == 0)
  }

  @Test func formattingTouchesCodeAlone() throws {
    let notebook = "Prose   with  ` x=1 `.\r\n\r\n```{lamella}\r\n#| label:  a\r\nx=1+ 2\r\n```\r\n"
    try write(notebook)
    #expect(try lamella("fmt", "--check", "a.nb").code == 1)
    #expect(try text("a.nb") == notebook)
    #expect(try lamella("fmt", "a.nb").output == "a.nb\n")
    #expect(try text("a.nb") == notebook.replacing("x=1+ 2", with: "x = 1 + 2"))
    #expect(try lamella("fmt", "a.nb").output.isEmpty)
  }

  @Test func jsonIsOneObjectALine() throws {
    try write("```{lamella}\nprint(\"a\\nb\")\n```\n")
    let result = try lamella("run", "a.nb", "--json")
    let events = try result.output.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["event"] as? String
    }
    #expect(events == ["began", "cell", "output", "cellEnded", "ended"])
  }

  @Test func scriptsAndLinesRun() throws {
    try write("x = 20\nprint(x)\nx + 1\n", "s.lam")
    #expect(try lamella("run", "s.lam").output == "20\n21\n")
    #expect(try lamella("run", "-e", "1 + 1").output == "2\n")
    #expect(try lamella("run", "-e", "1 +").code == 4)
    #expect(try lamella("run", "-e", "error(\"no\")").code == 1)
  }

  @Test func outputGoesWhereItIsWanted() throws {
    try write("```{lamella}\n#| label: f\nfigure() |> line([1, 2])\n```\n")
    #expect(try lamella("run", "a.nb", "-o", "x/y").code == 0)
    #expect(exists("x/y/index.html") && exists("x/y/figures/f.svg") && exists("x/y/run.json"))
    #expect(try lamella("run", "a.nb", "-o", "page.html").code == 0)
    #expect(exists("page.html") && !exists("page.figures") && !exists("run.json"))
    #expect(try lamella("run", "a.nb", "-o", "doc/page.md").code == 0)
    #expect(try text("doc/page.md").contains("](<page.figures/f.svg>)"))
    #expect(exists("doc/page.figures/f.svg"))
    #expect(try lamella("run", "a.nb", "--figures", "pics", "--to", "md").code == 0)
    #expect(try text("a.out/index.md").contains("](<../pics/f.svg>)"))
  }
}

enum Program {
  /// `lamella`, built beside the test bundle.
  static let url: URL? = {
    let bundle = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0])
    let program = bundle.deletingLastPathComponent().appendingPathComponent("lamella")
    return FileManager.default.isExecutableFile(atPath: program.path) ? program : nil
  }()
}
