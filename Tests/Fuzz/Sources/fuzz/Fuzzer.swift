import Foundation

/// What is fuzzed: makes a case from random numbers, and runs one. Only `run` may fail; what it
/// says is a finding.
protocol FuzzTarget: AnyObject {
  func makeCase(_ random: inout RandomSource) -> [UInt8]
  /// A description of what is wrong, nil when all is well.
  func run(_ bytes: [UInt8]) -> String?
  /// Whether later cases no longer depend on the earlier ones.
  var isFresh: Bool { get }
}

/// Runs cases for some time. Before each, the file `history` holds all the cases it may depend on,
/// so that what ends
/// the process can be run again.
struct Fuzzer {
  let target: any FuzzTarget
  let folder: String
  let seed: UInt64
  static let mark = "\n#==== next case ====#\n"

  func run(seconds: Double) {
    var random = RandomSource(seed: seed)
    let end = Date().addingTimeInterval(seconds)
    var count = 0
    var findings = 0
    let history = folder + "/history"
    var file = freshFile(history)
    while Date() < end {
      if target.isFresh { file = freshFile(history) }
      let bytes = target.makeCase(&random)
      file.write(Data(bytes + Array(Fuzzer.mark.utf8)))
      if let complaint = target.run(bytes) {
        findings += 1
        print("FINDING: \(complaint)")
        let copy = "\(folder)/finding-\(seed)-\(findings)"
        try? FileManager.default.removeItem(atPath: copy)
        try? FileManager.default.copyItem(atPath: history, toPath: copy)
      }
      count += 1
    }
    print("seed \(seed): \(count) cases, \(findings) findings")
  }

  private func freshFile(_ path: String) -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return FileHandle(forWritingAtPath: path) ?? .nullDevice
  }

  /// Runs the cases of a history again.
  func replay(_ path: String) {
    guard let data = FileManager.default.contents(atPath: path) else { return print("no \(path)") }
    var rest = data[...]
    let mark = Data(Fuzzer.mark.utf8)
    while !rest.isEmpty {
      let end = rest.range(of: mark)
      let bytes = Array(rest[rest.startIndex..<(end?.lowerBound ?? rest.endIndex)])
      if let complaint = target.run(bytes) { print("FINDING: \(complaint)") }
      rest = rest[(end?.upperBound ?? rest.endIndex)...]
    }
    print("replayed")
  }
}
