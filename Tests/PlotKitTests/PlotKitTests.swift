import Diagnostics
import Foundation
import Plot
import Runtime
import Synchronization
import Testing

@testable import PlotKit

/// What happened while cells ran.
private final class EventLog: Sendable {
  private let events = Mutex<[SessionEvent]>([])

  func append(_ event: SessionEvent) { events.withLock { $0.append(event) } }

  var all: [SessionEvent] { events.withLock { $0 } }
}

/// A session with figures, in a folder of its own.
private final class Bench {
  let folder: URL
  let session: Session
  private let log = EventLog()

  init(_ kit: Kit = plotKit) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "plotkit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    session = Session(
      SessionOptions(
        kits: [kit], standardLibraryFolder: StandardLibrary.locate() ?? folder.path,
        workingFolder: folder.path))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func run(_ code: String, _ types: [String] = ["image/svg+xml"]) -> Outcome {
    session.evaluate(
      SourceText(name: "test", text: code), cell: "1", request: DisplayRequest(pictureTypes: types)
    ) { [log] event in log.append(event) }
  }

  /// The codes of warnings, and the effects, so far.
  var noted: [String] {
    log.all.compactMap { event in
      switch event {
      case .warning(let diagnostic): diagnostic.code.rawValue
      case .effect(let text): text
      case .output, .display: nil
      }
    }
  }

  func error(_ code: String) throws -> Diagnostic { try #require(run(code).errors.first) }

  func summary(_ code: String) -> String? {
    guard case .external(let value)? = run(code + ";").value else { return nil }
    return value.summary
  }

  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }
}

@Suite struct PlotKitTests {
  @Test func everyLayerIsABuiltinAndItsExampleRuns() throws {
    let bench = try Bench()
    for kind in LayerTable.kinds {
      #expect(plotKit.builtins.contains { $0.name == kind.name })
    }
    for builtin in plotKit.builtins {
      for (code, gives) in builtin.examples {
        let outcome = bench.run(code)
        #expect(outcome.errors.isEmpty, "\(code): \(outcome.errors.map(\.message))")
        #expect(bench.summary(code) == gives, "\(code)")
        #expect(outcome.display?.data("image/svg+xml") != nil, "\(code)")
        #expect(outcome.display?.figureHash?.count == 16)
        #expect(outcome.display?.alternativeText?.isEmpty == false)
      }
    }
  }

  @Test func layersArePipedOrStandAlone() throws {
    let bench = try Bench()
    let ways = [
      "line([0, 1, 2], [3, 4, 5])", "figure() |> line([0, 1, 2], [3, 4, 5])",
      "line([3, 4, 5])", "figure() |> line([3, 4, 5])", "line(x = [0, 1, 2], y = [3, 4, 5])",
      "line([0, 1, 2], y = [3, 4, 5])", "figure().line([3, 4, 5])", "line(3..=5)",
      "line((3, 4, 5))", "line([3.0, 4.0, 5.0])",
    ]
    let hashes = ways.map { bench.run($0).display?.figureHash }
    #expect(Set(hashes).count == 1)
    #expect(hashes.first != .some(nil))
  }

  @Test func figuresAreValues() throws {
    let bench = try Bench()
    #expect(
      bench.run("f = line([1, 2])\ng = f |> points([1, 2])\n(f == line([1, 2]), f == g)").display?
        .plainText == "(true, false)")
    #expect(bench.summary("f") == "Figure(1 layer)")
  }

  @Test func requestChoosesTheFormat() throws {
    let bench = try Bench()
    #expect(
      bench.run("line([1, 2])", ["text/plain"]).display?.representations.map(\.mimeType)
        == ["text/plain"])
    #expect(
      bench.run("line([1, 2])", ["image/kitty", "image/png", "image/svg+xml"]).display?
        .representations.first?.mimeType == "image/png")
    #expect(bench.run("line([1, 2])", ["image/sixel"]).display?.data("image/sixel") != nil)
  }

  @Test func lengthsAreShown() throws {
    let error = try Bench().error("line([1, 2, 3], [1, 2], label = \"a\")")
    #expect(error.code == .figureData)
    #expect(error.message == "`line`: x has 3 elements, y has 2 elements")
  }

  @Test func wrongWordsGetASuggestion() throws {
    let error = try Bench().error("line([1, 2], style = \"dahsed\")")
    #expect(error.code == .figureData)
    #expect(error.hint == "did you mean \"dashed\"?")
    #expect(try Bench().error("line([1, 2], colour = \"red\")").code == .unknownNamedArgument)
    #expect(try Bench().error("line(sin)").code == .argumentType)
    #expect(try Bench().error("figure(size = (1, 1))").code == .figureData)
    #expect(try Bench().error("grid(1)").code == .argumentType)
  }

  @Test func missingGnuplotNamesThePackage() throws {
    let kit = makePlotKit(allowShell: false, process: GnuplotProcess(program: "no-such-gnuplot"))
    let bench = try Bench(kit)
    let error = try bench.error("line([1, 2])")
    #expect(error.code == .gnuplotMissing)
    #expect(error.hint?.contains("gnuplot-nox") == true)
    #expect(bench.run("1 + 1").errors.isEmpty)
  }

  @Test func gnuplotsOwnWordsArePassedOn() throws {
    let error = try Bench().error("line([1, 2]) |> gnuplot(\"set nosuch 3\")")
    #expect(error.code == .gnuplotRejected)
    #expect(error.message.contains("set nosuch 3"))
  }

  @Test func rawCommandsMayNotLeaveTheFigure() throws {
    let code = #"line([1, 2]) |> gnuplot("system('true')")"#
    let bench = try Bench()
    #expect(try bench.error(code).code == .shellCommand)
    let open = try Bench(makePlotKit(allowShell: true))
    #expect(open.run(code).errors.isEmpty)
  }

  @Test func savesByEnding() throws {
    let bench = try Bench()
    let starts: [(String, [UInt8])] = [
      ("a.svg", Array("<svg".utf8)), ("a.png", [0x89, 0x50]), ("a.pdf", Array("%PDF".utf8)),
      ("a.PNG", [0x89, 0x50]),
    ]
    for (name, start) in starts {
      #expect(bench.run("line([1, 2]) |> save(\"\(name)\")").errors.isEmpty)
      let data = try Data(contentsOf: bench.folder.appendingPathComponent(name))
      #expect(Array(data.prefix(start.count)) == start)
      #expect(bench.noted.contains("wrote \(name)"))
    }
    // No half-written file is left beside them.
    #expect(try bench.files == ["a.PNG", "a.pdf", "a.png", "a.svg"])
    let error = try bench.error("line([1, 2]) |> save(\"a.jpg\")")
    #expect(error.code == .figureFormat)
    #expect(error.hint?.contains(".svg, .png, .pdf") == true)
    #expect(
      try bench.error("line([1, 2]) |> save(\"no/such/folder/a.svg\")").code == .fileNotWritten)
  }

  @Test func manyMarksWarnOnce() throws {
    let bench = try Bench()
    _ = bench.run("f = points(0..30_000)\ng = f |> line([1, 2]);")
    #expect(bench.noted == ["W0002"])
  }

  @Test func rawCellsAreDrawn() throws {
    let request = DisplayRequest(pictureTypes: ["image/svg+xml"])
    let item = try runRawGnuplot(
      script: "set title 'raw'\nplot sin(x)", request: request, allowShell: false)
    let svg = String(decoding: try #require(item.data("image/svg+xml")), as: UTF8.self)
    #expect(svg.contains("<text>raw</text>") || svg.contains(">raw</tspan>"))
    let refused = #expect(throws: Diagnostic.self) {
      try runRawGnuplot(script: "!ls", request: request, allowShell: false)
    }
    #expect(refused?.code == .shellCommand)
    let rejected = #expect(throws: Diagnostic.self) {
      try runRawGnuplot(script: "plot nosuch(x)", request: request, allowShell: false)
    }
    #expect(rejected?.code == .gnuplotRejected)
  }
}
