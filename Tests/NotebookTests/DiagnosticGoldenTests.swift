import Diagnostics
import Foundation
import Notebook
import Runtime
import TestSupport
import Testing

/// What a user reads about the faults of notebooks; `CodeGolden` has the format. First lines `-p
/// name=value` give
/// parameters.
@Suite struct DiagnosticGoldenTests {
  static let goldens = CodeGolden.all { $0.rawValue.hasPrefix("E06") }

  @Test(arguments: goldens)
  func saysWhatIsWrong(_ golden: CodeGolden) {
    let complaint = golden.complaint(golden.cases.map(diagnostics))
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  /// The first text of a page gives the code, where it is a notebook; the second gives no error of
  /// notebooks.
  @Test(arguments: goldens.map(\.code))
  func pagesTellTheTruth(_ code: DiagnosticCode) {
    let page = code.page
    if code != .wolframNotebook, !page.wrong.hasPrefix("lamella ") {
      let given = diagnostics(of: page.wrong).map(\.code)
      #expect(given.contains(code), "\(page.wrong)\ngives \(given)")
    }
    if !page.right.hasPrefix("lamella ") {
      let left = diagnostics(of: page.right).map(\.message)
      #expect(left.isEmpty, "\(page.right)\ngives \(left)")
    }
  }

  private func diagnostics(of text: String) -> [Diagnostic] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    var arguments: [String] = []
    while let line = lines.first, line.hasPrefix("-p ") {
      arguments.append(String(line.dropFirst(3)))
      lines.removeFirst()
    }
    let notebook = lines.joined(separator: "\n")
    let reading = NotebookReader.read(bytes: Array(notebook.utf8), name: "example.nb")
    guard let document = reading.document, reading.errors.isEmpty else { return reading.errors }
    do {
      return try run(document, arguments)
    } catch {
      return [error]
    }
  }

  private func run(
    _ document: NotebookDocument, _ arguments: [String]
  ) throws(Diagnostic) -> [Diagnostic] {
    var given = ParameterArguments()
    for argument in arguments { try given.add(argument: argument) }
    let folder = CodeGolden.folder.path
    let session = Session(
      SessionOptions(
        standardLibraryFolder: StandardLibrary.locate() ?? folder, workingFolder: folder))
    let runner = NotebookRunner(
      document, parameters: try document.frontMatter.resolve(given), seed: 1, evaluator: session,
      draw: { _, _ throws(Diagnostic) in throw Diagnostic(.gnuplotMissing, "no figures here") })
    let found = runner.check()
    guard found.isEmpty else { return found }
    let result = runner.run(emit: { _ in })
    return result.errors
      + result.cells.compactMap { result in
        guard let claim = result.claim, !claim.isMet else { return nil }
        return claim.diagnostic(of: result.cell, in: document.source)
      }
  }
}
