import Diagnostics
import Foundation
import Plot
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import PlotKit

/// What a user reads about the faults of figures; `CodeGolden` has the format.
@Suite struct DiagnosticGoldenTests {
  static let goldens = CodeGolden.all { $0.rawValue.hasPrefix("E07") || $0 == .figureThinned }

  @Test(arguments: goldens)
  func saysWhatIsWrong(_ golden: CodeGolden) {
    let complaint = golden.complaint(golden.cases.map { diagnostics(of: $0, golden.code) })
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  @Test(arguments: goldens.map(\.code))
  func pagesTellTheTruth(_ code: DiagnosticCode) {
    let given = diagnostics(of: code.page.wrong, code).map(\.code)
    #expect(given.contains(code), "\(code.page.wrong)\ngives \(given)")
    // What helps against a missing program is no text of the language.
    if code == .gnuplotMissing { return }
    let left = diagnostics(of: code.page.right, .figureData).map(\.message)
    #expect(left.isEmpty, "\(code.page.right)\ngives \(left)")
  }

  private func diagnostics(of text: String, _ code: DiagnosticCode) -> [Diagnostic] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "goldens-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let gnuplot = GnuplotProcess(program: program(for: code))
    let session = Session(
      SessionOptions(
        kits: [makePlotKit(allowShell: false, process: gnuplot)],
        standardLibraryFolder: StandardLibrary.locate() ?? folder.path,
        workingFolder: folder.path))
    let found = Mutex<[Diagnostic]>([])
    let outcome = session.evaluate(
      SourceText(name: "example.nb", text: text), cell: "1",
      request: DisplayRequest(pictureTypes: ["image/svg+xml"]),
      emit: { event in
        if case .warning(let warning) = event { found.withLock { $0.append(warning) } }
      })
    return found.withLock { $0 } + outcome.errors
  }

  /// One that does what the code is about.
  private func program(for code: DiagnosticCode) -> String {
    switch code {
    case .gnuplotMissing: "no-such-gnuplot"
    case .gnuplotDied: "false"
    case _: "gnuplot"
    }
  }
}
