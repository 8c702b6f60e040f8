internal import DataKit
internal import Diagnostics
internal import Foundation
internal import Runtime
internal import Synchronization
internal import TensorCore
internal import TestSupport
internal import Testing

/// What a user reads about each fault that a session finds; `CodeGolden` has the format. A line
/// `%%` begins the next
/// cell; a line `%repeat 3 x = #` stands for three, with 0, 1 and 2 for `#`.
@Suite struct DiagnosticGoldenTests {
  static let goldens = CodeGolden.all { code in
    // Notebooks and figures have their own tests; no text leads to the others.
    !["E0505", "E06", "E07", "E09", "E10", "W0002"].contains { code.rawValue.hasPrefix($0) }
  }

  @Test(arguments: goldens)
  func saysWhatIsWrong(_ golden: CodeGolden) {
    let complaint = golden.complaint(golden.cases.map { diagnostics(of: $0, golden.code) })
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  /// What is wrong with the program or its installation, not with a text.
  @Test(arguments: [
    Diagnostic(.internalError, "a problem of a notebook has no sentence"),
    TensorError.missingLibrary(package: "libopenblas0").diagnostic(operation: "@"),
  ])
  func saysWhatIsWrongWithTheProgram(_ diagnostic: Diagnostic) throws {
    let golden = try #require(CodeGolden(diagnostic.code))
    let complaint = golden.complaint([[diagnostic]])
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  /// The first text of a page gives the code, the second runs. Not run: what is too long for a
  /// page, and what needs
  /// files.
  @Test(arguments: goldens.map(\.code))
  func pagesTellTheTruth(_ code: DiagnosticCode) {
    let page = code.page
    if !page.wrong.contains("…"), code != .fileUnreadable, code != .damagedFile {
      let given = diagnostics(of: page.wrong, code).map(\.code)
      #expect(given.contains(code), "\(page.wrong)\ngives \(given)")
    }
    let needsFiles =
      code.rawValue.hasPrefix("E08") || [.unknownModule, .codeTooLarge].contains(code)
    if !needsFiles {
      let left = diagnostics(of: page.right, code).map(\.message)
      #expect(left.isEmpty, "\(page.right)\ngives \(left)")
    }
  }

  /// Warnings and errors, in order, of the cells of a text.
  private func diagnostics(of text: String, _ code: DiagnosticCode) -> [Diagnostic] {
    let folder = CodeGolden.folder.deletingLastPathComponent()
    let stdlib = LanguageScript.testsFolder.deletingLastPathComponent()
      .appendingPathComponent("stdlib")
    let session = Session(
      SessionOptions(
        kits: [dataKit], standardLibraryFolder: stdlib.path, workingFolder: folder.path,
        isStrict: text.contains("# --strict")))
    let stopper = Self.stopper(of: session, code)
    defer { stopper?.cancel() }
    let found = Mutex<[Diagnostic]>([])
    let cells = Self.expanded(text).components(separatedBy: "%%\n")
    for (ordinal, cell) in cells.enumerated() {
      let source = SourceText(
        name: "example.nb", part: cells.count > 1 ? "cell \(ordinal + 1)" : "", text: cell)
      let outcome = session.evaluate(
        source, cell: "\(ordinal)", request: DisplayRequest(),
        emit: { event in
          if case .warning(let warning) = event { found.withLock { $0.append(warning) } }
        })
      found.withLock { $0 += outcome.errors }
    }
    return found.withLock { $0 }
  }

  private static func expanded(_ text: String) -> String {
    guard text.hasPrefix("%repeat ") else { return text }
    let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
    return (0..<(Int(parts[1]) ?? 0)).map { parts[2].replacingOccurrences(of: "#", with: "\($0)") }
      .joined()
  }

  /// Ends what runs without end, where that is what a golden is about.
  private static func stopper(
    of session: Session, _ code: DiagnosticCode
  ) -> (any DispatchSourceTimer)? {
    guard code == .interrupted || code == .timedOut else { return nil }
    let timer = DispatchSource.makeTimerSource()
    timer.schedule(deadline: .now() + .milliseconds(100), repeating: .milliseconds(100))
    timer.setEventHandler { session.interrupt(as: code) }
    timer.activate()
    return timer
  }
}
