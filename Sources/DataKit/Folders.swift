internal import Diagnostics
internal import Glibc
internal import Runtime

/// `file_exists`, `list_files`, `stdlib_path`.
let folderBuiltins: [Builtin] = [
  Builtin(
    "file_exists", [Signature.Parameter("path")], "Whether the path leads to a file or folder.",
    examples: [("file_exists(\"no such file\")", "false")], body: Folders.exists),
  Builtin(
    "list_files",
    [
      Signature.Parameter("folder", .optional(text: "\".\"")),
      Signature.Parameter("ending", .optional(text: "\"\"")),
    ],
    "The names of the files in a folder, in order, those that end as given; folders and hidden files are left out.",
    examples: [("list_files(stdlib_path(\"data\"), \".csv\")", "(\"iris.csv\",)")],
    body: Folders.list),
  Builtin(
    "stdlib_path", [Signature.Parameter("name")],
    "Where a file that comes with the standard modules is: what follows is relative to their folder.",
    examples: [("file_exists(stdlib_path(\"data/iris.csv\"))", "true")], body: Folders.standard),
]

private enum Folders {
  static func standard(_ context: inout CallContext) throws(CallFailure) -> Value {
    .string(context.host.standardLibraryFolder + "/" + (try context.string(0)))
  }

  static func exists(_ context: inout CallContext) throws(CallFailure) -> Value {
    let path = try context.path(0).path
    return .bool(access(path, F_OK) == 0)
  }

  static func list(_ context: inout CallContext) throws(CallFailure) -> Value {
    let name = try context.string(0, default: ".")
    let path = context.host.resolve(path: name)
    let ending = try context.string(1, default: "")
    guard let folder = opendir(path) else {
      let code = errno
      let error: DataError =
        code == ENOENT
        ? .notFound(path: name)
        : .unreadable(
          path: name, reason: code == ENOTDIR ? "it is not a folder" : FileBytes.reason(code))
      throw error.failure(argument: 0)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let file = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !file.hasPrefix("."), file.hasSuffix(ending) else { continue }
      var status = stat()
      guard stat(path + "/" + file, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
        continue
      }
      names.append(file)
    }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return .tuple(TupleValue(names.map { .string($0) }))
  }
}
