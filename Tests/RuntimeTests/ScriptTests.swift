internal import AttentionKit
internal import DataKit
internal import Diagnostics
internal import Foundation
internal import PlotKit
internal import Runtime
internal import Synchronization
internal import Testing

/// The language's behaviour as written down in `Tests/Scripts` (its README has the format), and the
/// examples of pages of `docs`, which are written likewise.
@Suite struct ScriptTests {
  @Test(arguments: LanguageScript.all)
  func behavesAsWritten(_ script: LanguageScript) throws {
    try run(script)
  }

  @Test(
    arguments: LanguageScript.blocks(of: "docs/language.md")
      + LanguageScript.blocks(of: "docs/array-api.md")
      + LanguageScript.blocks(of: "docs/language-models.md")
      + LanguageScript.blocks(of: "docs/attention.md")
      + LanguageScript.blocks(of: "docs/federated.md")
      + LanguageScript.blocks(of: "docs/mixture-of-experts.md")
      + LanguageScript.blocks(of: "docs/decoding.md"))
  func behavesAsTheReferenceSays(_ script: LanguageScript) throws {
    try run(script)
  }

  private func run(_ script: LanguageScript) throws {
    let entries = script.entries
    try #require(!entries.isEmpty, "\(script.name) has no entry")
    let session = try Session.forTests()
    for (ordinal, entry) in entries.enumerated() {
      let run = EntryRun(entry, ordinal: ordinal, script: script.name, session: session)
      let complaint = run.complaint(entry.expectation)
      #expect(
        complaint == nil,
        "\(script.name), line \(entry.expectationLine): \(complaint ?? "")\n\(entry.text)")
    }
  }

  @Test func areManyAndNearlyHalfShowErrors() throws {
    let scripts = LanguageScript.all
    let failing = scripts.filter { script in
      script.entries.contains { entry in
        if case .error = entry.expectation { true } else { false }
      }
    }
    #expect(scripts.count >= 150)
    #expect(failing.count * 5 >= scripts.count * 2)
  }
}

extension Session {
  /// A session with the standard library of the source tree and all kits.
  static func forTests() throws -> Session {
    let folder = LanguageScript.testsFolder.deletingLastPathComponent()
    return Session(
      SessionOptions(
        kits: [dataKit, attentionKit, plotKit],
        standardLibraryFolder: folder.appendingPathComponent("stdlib").path,
        workingFolder: folder.path))
  }
}

/// One file of `Tests/Scripts`, or one block of a page of the documentation.
struct LanguageScript: Sendable, CustomTestStringConvertible {
  /// `area/case`, or the page.
  let name: String
  let lines: [String]
  /// The number of the first line in its file.
  var firstLine = 1

  var testDescription: String { firstLine == 1 ? name : "\(name), line \(firstLine)" }

  static let testsFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()

  /// In alphabetical order.
  static let all: [LanguageScript] = {
    let folder = testsFolder.appendingPathComponent("Scripts")
    let paths = FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? []
    return paths.compactMap { $0 as? String }.filter { $0.hasSuffix(".lam") }.sorted().map {
      LanguageScript(
        name: String($0.dropLast(4)), lines: lines(of: folder.appendingPathComponent($0)))
    }
  }()

  /// The blocks of a page, given by its path from the root, that are fenced as `lamella`.
  static func blocks(of page: String) -> [LanguageScript] {
    var blocks: [LanguageScript] = []
    var open: (start: Int, lines: [String])?
    let root = testsFolder.deletingLastPathComponent()
    for (index, line) in lines(of: root.appendingPathComponent(page)).enumerated() {
      if let block = open {
        if line == "```" {
          blocks.append(
            LanguageScript(name: page, lines: block.lines, firstLine: block.start))
          open = nil
        } else {
          open = (block.start, block.lines + [line])
        }
      } else if line == "```lamella" {
        open = (index + 2, [])
      }
    }
    return blocks
  }

  /// Empty when the file cannot be read: then the script has no entry, and its test fails.
  private static func lines(of file: URL) -> [String] {
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The text taken apart; see `Tests/Scripts/README.md`.
  var entries: [ScriptEntry] {
    var entries: [ScriptEntry] = []
    var pending: [String] = []
    var index = 0
    while index < lines.count {
      pending.append(lines[index])
      let number = index + 1
      index += 1
      guard var expectation = ScriptExpectation(endOf: lines[number - 1]) else { continue }
      if case .shows("") = expectation {
        var block: [String] = []
        while index < lines.count, lines[index].hasPrefix("#") {
          block.append(String(lines[index].dropFirst(2)))
          index += 1
        }
        expectation = .shows(block.joined(separator: "\n"))
      }
      entries.append(ScriptEntry(pending, expectation, expectationLine: number + firstLine - 1))
      pending = []
    }
    if pending.contains(where: { !$0.isEmpty && !$0.hasPrefix("#") }) {
      entries.append(ScriptEntry(pending, .succeeds, expectationLine: lines.count + firstLine - 1))
    }
    return entries
  }
}

struct ScriptEntry: Sendable {
  let text: String
  let expectation: ScriptExpectation
  let expectationLine: Int

  init(_ lines: [String], _ expectation: ScriptExpectation, expectationLine: Int) {
    text = lines.joined(separator: "\n")
    self.expectation = expectation
    self.expectationLine = expectationLine
  }
}

enum ScriptExpectation: Sendable {
  case shows(String)
  case prints(String)
  case nothing
  /// Whatever it shows.
  case succeeds
  case warns(code: String)
  case error(code: String, words: String?)

  /// nil when the line states none.
  init?(endOf line: String) {
    let marks = ["# =>", "# prints ", "# nothing", "# warns ", "# error "]
    let found = marks.compactMap { mark in
      line.range(of: mark, options: .backwards).map { (mark: mark, range: $0) }
    }
    guard let last = found.max(by: { $0.range.lowerBound < $1.range.lowerBound }),
      last.range.lowerBound > line.startIndex
    else { return nil }
    let rest = String(line[last.range.upperBound...])
    switch last.mark {
    case "# =>": self = .shows(String(rest.drop { $0 == " " }))
    case "# prints ": self = .prints(rest.replacingOccurrences(of: "⏎", with: "\n") + "\n")
    case "# nothing": self = .nothing
    case "# warns ": self = .warns(code: rest)
    default:
      let parts = rest.components(separatedBy: " ~ ")
      self = .error(code: parts[0], words: parts.count > 1 ? parts[1] : nil)
    }
  }
}

/// What one entry did.
private struct EntryRun {
  let output: String
  let warnings: [String]
  let outcome: Outcome

  init(_ entry: ScriptEntry, ordinal: Int, script: String, session: Session) {
    let events = Mutex<[SessionEvent]>([])
    outcome = session.evaluate(
      SourceText(name: script, text: entry.text), cell: "\(ordinal)", request: DisplayRequest(),
      emit: { event in events.withLock { $0.append(event) } })
    var output = ""
    var warnings: [String] = []
    for event in events.withLock({ $0 }) {
      switch event {
      case .output(let text): output += text
      case .warning(let diagnostic): warnings.append(diagnostic.code.rawValue)
      case .display, .effect: break
      }
    }
    self.output = output
    self.warnings = warnings
  }

  private var shown: String { outcome.display?.plainText ?? "" }

  /// What differs from the expectation; nil when all is well.
  func complaint(_ expectation: ScriptExpectation) -> String? {
    if case .error(let code, let words) = expectation { return errorComplaint(code, words) }
    if let error = outcome.errors.first { return "\(error.code.rawValue): \(error.message)" }
    switch expectation {
    case .shows(let text):
      if !output.isEmpty { return "prints \(output)" }
      return shown == text ? nil : "shows\n\(shown)\ninstead of\n\(text)"
    case .prints(let text):
      if !shown.isEmpty { return "shows \(shown)" }
      return output == text ? nil : "prints\n\(output)instead of\n\(text)"
    case .nothing: return output + shown == "" ? nil : "shows \(output)\(shown)"
    case .warns(let code):
      return warnings == [code] ? nil : "warnings are \(warnings), not \(code)"
    case .succeeds, .error: return nil
    }
  }

  private func errorComplaint(_ code: String, _ words: String?) -> String? {
    guard let error = outcome.errors.first else {
      return "shows \(output)\(shown), but error \(code) is due"
    }
    guard error.code.rawValue == code else {
      return "\(error.code.rawValue): \(error.message), but \(code) is due"
    }
    guard let words else { return nil }
    let said = [error.message, error.note, error.hint ?? ""] + error.labels.map(\.text)
    return said.contains { $0.contains(words) } ? nil : "\(said) does not contain «\(words)»"
  }
}
