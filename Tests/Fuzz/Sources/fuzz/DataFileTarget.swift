import DataKit
import Diagnostics
import Foundation
import Runtime

/// The readers of `.npy`, `.npz` and tables of text, through the language. The first byte of a case
/// chooses the reader.
final class DataFileTarget: FuzzTarget {
  private let folder: String
  private let arrays: Mutator
  private let tables: Mutator
  private let watchdog = Watchdog()
  private let session: Session
  var isFresh: Bool { true }

  private static let readers: [(file: String, code: String)] = [
    ("case.npy", "read_npy(\"case.npy\")"), ("case.npz", "read_npz(\"case.npz\")"),
    ("case.csv", "read_csv(\"case.csv\")"), ("case.csv", "read_csv(\"case.csv\", header = true)"),
    ("case.csv", "read_csv(\"case.csv\", separator = \";\", skip = 1)"),
    ("case.csv", "read_csv(\"case.csv\", header = true, dtype = f32)"),
    ("case.csv", "read_csv(\"case.csv\", dtype = u8)"), ("case.txt", "read_lines(\"case.txt\")"),
    ("case.npy", "write_npy(\"copy.npy\", read_npy(\"case.npy\")); read_npy(\"copy.npy\")"),
  ]

  init(root: String, folder: String) {
    self.folder = folder
    arrays = Mutator(Corpus.arrays(root), isText: false)
    tables = Mutator(Corpus.tables, isText: true)
    session = Session(
      SessionOptions(
        kits: [dataKit], standardLibraryFolder: root + "/stdlib", workingFolder: folder,
        limits: Limits(memoryBytes: 256 << 20)))
  }

  func makeCase(_ random: inout RandomSource) -> [UInt8] {
    let reader = random.below(DataFileTarget.readers.count)
    let isArray = DataFileTarget.readers[reader].file.hasSuffix("npy") || reader == 1
    return [UInt8(reader)] + (isArray ? arrays : tables).input(&random)
  }

  func run(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return nil }
    let (file, code) = DataFileTarget.readers[Int(first) % DataFileTarget.readers.count]
    _ = FileManager.default.createFile(
      atPath: folder + "/" + file, contents: Data(bytes.dropFirst()))
    let session = session
    return watchdog.watch(interrupt: { session.interrupt() }) {
      let outcome = session.evaluate(
        SourceText(name: "case", text: code), cell: "1", request: DisplayRequest(), emit: { _ in })
      for error in outcome.errors { _ = DiagnosticRenderer.render(error, colour: false) }
      return outcome.errors.contains { $0.code == .internalError } ? "E0901" : nil
    }
  }
}
