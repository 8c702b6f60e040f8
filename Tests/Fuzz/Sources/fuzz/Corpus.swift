import Foundation
import Runtime

/// The inputs to begin from: the project's own files.
enum Corpus {
  private static func files(_ folder: String, _ endings: [String]) -> [[UInt8]] {
    let names = FileManager.default.enumerator(atPath: folder)?.allObjects ?? []
    return names.compactMap { $0 as? String }.sorted().compactMap { name in
      guard endings.contains(where: { name.hasSuffix($0) }) else { return nil }
      return FileManager.default.contents(atPath: folder + "/" + name).map { Array($0) }
    }
  }

  /// Scripts, modules, cells of notebooks, examples of builtins.
  static func programs(_ root: String) -> [[UInt8]] {
    let cells = notebooks(root).flatMap { fenced($0) }
    let examples = BuiltinTable.all.flatMap { $0.examples.map { Array($0.code.utf8) } }
    return files(root + "/Tests/Scripts", [".lam"]) + files(root + "/stdlib", [".lam"]) + cells
      + examples
  }

  static func notebooks(_ root: String) -> [[UInt8]] {
    files(root + "/Notebooks", [".nb"]) + files(root + "/docs", [".md"])
  }

  private static func fenced(_ bytes: [UInt8]) -> [[UInt8]] {
    let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "```")
    return parts.enumerated().compactMap { index, part in
      guard index % 2 == 1, let lineEnd = part.firstIndex(of: "\n") else { return nil }
      return Array(part[lineEnd...].utf8)
    }
  }

  static func arrays(_ root: String) -> [[UInt8]] {
    files(root + "/Tests/Reference/files", [".npy", ".npz"]).filter { $0.count < 1 << 14 }
  }

  static let tables: [[UInt8]] = [
    "1,2,3\n4,5,6\n", "a,b,c\n1,2.5,x\n3,4.5,\"y, z\"\n", "x;y\n1;nan\n-1e400;inf\n",
    "\"a\n\"\"b\",2\r\n3,4\r\n",
    "# comment\n 1 , 2 \n\n3,4", "\u{FEFF}a,b\ntrue,false\n",
    "9223372036854775807,-9223372036854775808\n",
    "1\t2\n3\t4\n",
  ].map { Array($0.utf8) }
}
