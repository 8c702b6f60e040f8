import DataKit
import Diagnostics
import Foundation
import Runtime

/// Lexer, parser, compiler and machine, by way of `Session.evaluate`.
final class LanguageTarget: FuzzTarget {
  /// The message of generated programs that find a value changed through another name.
  static let aliasing = "aliasing"
  private let root: String
  private let folder: String
  private let mutator: Mutator
  private let watchdog = Watchdog()
  private var session: Session
  private var number = 0
  private let isVerbose = ProcessInfo.processInfo.environment["FUZZ_VERBOSE"] != nil

  init(root: String, folder: String) {
    self.root = root
    self.folder = folder
    mutator = Mutator(Corpus.programs(root), isText: true)
    session = LanguageTarget.makeSession(root, folder)
  }

  private static func makeSession(_ root: String, _ folder: String) -> Session {
    Session(
      SessionOptions(
        kits: [dataKit], standardLibraryFolder: root + "/stdlib", workingFolder: folder,
        limits: Limits(callDepth: 20_000, memoryBytes: 256 << 20)))
  }

  var isFresh: Bool { number % 40 == 0 }

  func makeCase(_ random: inout RandomSource) -> [UInt8] {
    if random.chance(50) { return mutator.input(&random) }
    var generator = ProgramGenerator(random)
    let text = random.chance(40) ? generator.calls() : generator.program()
    random = generator.random
    if random.chance(90) { return Array(text.utf8) }
    // With other bytes the program's own check means nothing.
    let unchecked = text.replacingOccurrences(of: LanguageTarget.aliasing, with: "changed")
    return mutator.changeBytes(Array(unchecked.utf8), &random)
  }

  func run(_ bytes: [UInt8]) -> String? {
    if isFresh { session = LanguageTarget.makeSession(root, folder) }
    number += 1
    let text = String(decoding: bytes, as: UTF8.self)
    let (complaint, isRefused) = evaluate(text)
    guard complaint == nil, isRefused else { return complaint }
    // What is refused as a whole is given line by line: most lines run.
    for line in text.split(separator: "\n").prefix(40) {
      let (complaint, _) = evaluate(String(line))
      if let complaint { return complaint }
    }
    return nil
  }

  private func evaluate(_ text: String) -> (complaint: String?, isRefused: Bool) {
    let session = session
    let source = SourceText(name: "case", text: text)
    return watchdog.watch(interrupt: { session.interrupt() }) {
      if number % 7 == 0 {
        _ = session.check([source])
        _ = session.completions(for: text, cursor: min(text.utf8.count, number % 50))
      }
      let outcome = session.evaluate(
        source, cell: "\(number)", request: DisplayRequest(), emit: { _ in })
      if isVerbose {
        let errors = outcome.errors.map { $0.code.rawValue + " " + $0.message }
        print("[\(number)] \(text)\n  => \(outcome.display?.plainText ?? "") \(errors)")
      }
      for error in outcome.errors { _ = DiagnosticRenderer.render(error, colour: false) }
      if outcome.errors.contains(where: { $0.message == LanguageTarget.aliasing }) {
        return ("a value changed that nobody assigned to", false)
      }
      let isInternal = outcome.errors.contains { $0.code == .internalError }
      return (isInternal ? "E0901: \(outcome.errors.map(\.message))" : nil, outcome.isStatic)
    }
  }
}
