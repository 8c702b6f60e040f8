internal import Diagnostics
internal import TensorCore

/// `save`, `load`: any value, in the format that the ending of the name says.
let fileBuiltins: [Builtin] = [
  Builtin(
    "save", [.required("value"), .required("path"), .named("size", "none")],
    """
    Writes a value to a file; the ending of its name chooses the format.

    `.lmv` holds any value but functions, figures and modules, exactly. `.npy` holds one tensor, `.npz` and \
    `.safetensors` tensors by name, `.csv` a table, `.json` text, numbers and structure, `.png` an image u8 or \
    i32[height, width] or [height, width, channels], `.txt` a Str. A figure is saved as `.svg`, `.png`, `.pdf`, `.txt` \
    or `.sixel`, `size` pixels large. With `.gz` after the ending (not after a figure's) the file is compressed. \
    Nobody ever sees half of a file.
    """,
    examples: [], body: Files.save),
  Builtin(
    "load", [.required("path")],
    """
    The value in a file that `save` wrote, or another program in the same format; the ending chooses it.

    `.npz` and `.safetensors` give a map of tensors, `.csv` an f64 table, `.json` maps, tuples, Str and numbers, \
    `.png` u8 or i32[height, width] or [height, width, channels].
    """,
    examples: [], body: Files.load),
]

private enum Files {
  static func save(_ context: inout CallContext) throws(CallFailure) -> Value {
    let value = context.value(0)
    if value.isTraced { throw .tensor(.noDerivative(operation: "save")) }
    let (ending, isWhole) = FileFormat.ending(of: try context.string(1))
    let possible = context.host.fileFormats.filter { $0.takes(value) }
    guard let format = possible.first(where: { $0.ending == ending }) else {
      throw unknown(
        "\(subject(value)) cannot be saved as \"\(isWhole ? "" : ".")\(ending)\"", possible, 1)
    }
    try format.write(&context)
    return .none
  }

  static func load(_ context: inout CallContext) throws(CallFailure) -> Value {
    let (ending, isWhole) = FileFormat.ending(of: try context.string(0))
    let possible = context.host.fileFormats.filter { $0.read != nil }
    guard let read = possible.first(where: { $0.ending == ending })?.read else {
      throw unknown("no value is read from \"\(isWhole ? "" : ".")\(ending)\"", possible, 0)
    }
    return try read(&context)
  }

  private static func subject(_ value: Value) -> String {
    guard case .external(let external) = value else { return value.describedWithArticle }
    return Value.withArticle(external.typeName.lowercased())
  }

  /// E0705 with the endings that would do.
  private static func unknown(_ sentence: String, _ possible: [FileFormat], _ argument: Int)
    -> CallFailure
  {
    var endings: [String] = []
    for format in possible where !endings.contains("." + format.ending) {
      endings.append("." + format.ending)
    }
    return .diagnostic(
      Diagnostic(
        .figureFormat, sentence,
        hint: endings.isEmpty ? nil : "the endings are " + endings.joined(separator: ", ")),
      argument: argument)
  }
}
