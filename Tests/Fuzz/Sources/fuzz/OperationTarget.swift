import DataKit
import Diagnostics
import Foundation
import Runtime
import TensorCore
import TensorOps

/// Calls of tensor operations with arguments they were not made for: the calls of
/// `Tests/Reference/operations_*.txt` changed, and calls made from the parameters of the operation
/// table. A case is one call: what it binds (`= a f64[2]:1,2`), then the code.
final class OperationTarget: FuzzTarget {
  /// Much more than the memory a session may take.
  private static let mostResident = 3 << 30
  private let root: String
  private let folder: String
  private let watchdog = Watchdog(limit: .seconds(3))
  private let calls: [ReferenceCall]
  private var session: Session
  private var number = 0
  private var resident = 0

  init(root: String, folder: String) {
    self.root = root
    self.folder = folder
    calls = ReferenceCall.all(root)
    session = OperationTarget.makeSession(root, folder)
  }

  private static func makeSession(_ root: String, _ folder: String) -> Session {
    Session(
      SessionOptions(
        kits: [dataKit], standardLibraryFolder: root + "/stdlib", workingFolder: folder,
        limits: Limits(callDepth: 20_000, memoryBytes: 256 << 20)))
  }

  var isFresh: Bool { number % 400 == 0 }

  func makeCase(_ random: inout RandomSource) -> [UInt8] {
    var maker = CallMaker(random: random)
    let text = random.chance(60) ? maker.changed(random.pick(calls)) : maker.made()
    random = maker.random
    return Array(text.utf8)
  }

  func run(_ bytes: [UInt8]) -> String? {
    if isFresh { session = OperationTarget.makeSession(root, folder) }
    number += 1
    var code = ""
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 2)
      guard line.hasPrefix("= "), parts.count == 3 else {
        code += line + "\n"
        continue
      }
      if let tensor = try? ReferenceTensor.read(parts[2]) {
        session.bind(String(parts[1]), to: .tensor(tensor))
      }
    }
    return evaluate(code)
  }

  private func evaluate(_ code: String) -> String? {
    let session = session
    let outcome = watchdog.watch(interrupt: { session.interrupt() }) {
      session.evaluate(
        SourceText(name: "case", text: code), cell: "case", request: DisplayRequest(),
        emit: { _ in })
    }
    if outcome.errors.contains(where: { $0.code == .internalError }) {
      return "E0901: \(outcome.errors.map(\.message))"
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let bytes = usage.ru_maxrss * 1024
    defer { resident = max(resident, bytes) }
    return bytes > OperationTarget.mostResident && bytes > resident
      ? "\(bytes >> 20) MB of memory" : nil
  }
}

/// A call of a reference file with the bindings it was written for.
struct ReferenceCall {
  let bindings: String
  let code: String

  static func all(_ root: String) -> [ReferenceCall] {
    let folder = root + "/Tests/Reference"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("operations_") && $0.hasSuffix(".txt") }.sorted().flatMap {
      read(
        String(
          decoding: FileManager.default.contents(atPath: folder + "/" + $0) ?? Data(), as: UTF8.self
        ))
    }
  }

  private static func read(_ text: String) -> [ReferenceCall] {
    var bound: [Substring: Substring] = [:]
    return text.split(separator: "\n").compactMap { line in
      if line.hasPrefix("#") { return nil }
      if line.hasPrefix("= ") {
        bound[line.dropFirst(2).prefix { $0 != " " }] = line
        return nil
      }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count > 3 else { return nil }
      let words = Set(fields[1].split { !$0.isLetter })
      let bindings = bound.filter { words.contains($0.key) && $0.value.count < 4000 }
      return ReferenceCall(
        bindings: bindings.sorted { $0.key < $1.key }.map { $0.value + "\n" }.joined(),
        code: String(fields[1]))
    }
  }
}
