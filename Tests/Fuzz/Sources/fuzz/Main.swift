import Foundation

/// `fuzz (language | operations | notebook | data) ROOT FOLDER SECONDS SEED`, or with `replay FILE` in place of
/// the last two;
/// `fuzz leaks ROOT FOLDER TIMES (PROGRAMS | -)`.
@main
enum Main {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 6 else {
      print(
        "usage: fuzz (language | operations | notebook | data) ROOT FOLDER (SECONDS SEED | replay FILE)"
      )
      exit(2)
    }
    let (kind, root, folder) = (arguments[1], arguments[2], arguments[3])
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if kind == "leaks" {
      exit(
        LeakCheck.run(
          root: root, folder: folder, times: Int(arguments[4]) ?? 10_000, path: arguments[5])
          ? 0 : 1)
    }
    let target: any FuzzTarget =
      switch kind {
      case "notebook": NotebookTarget(root: root)
      case "operations": OperationTarget(root: root, folder: folder)
      case "data": DataFileTarget(root: root, folder: folder)
      default: LanguageTarget(root: root, folder: folder)
      }
    let fuzzer = Fuzzer(target: target, folder: folder, seed: UInt64(arguments[5]) ?? 1)
    if arguments[4] == "replay" {
      fuzzer.replay(arguments[5])
    } else {
      print("\(kind), seed \(arguments[5])")
      fuzzer.run(seconds: Double(arguments[4]) ?? 60)
    }
  }
}
