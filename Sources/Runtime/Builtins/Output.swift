/// `print`, `show`, `format`, `error`.
let outputBuiltins: [Builtin] = [
  Builtin(
    "print", [.rest("values"), .named("sep", "\" \""), .named("end", "\"\\n\"")],
    "Writes the values to the output of the cell, separated by `sep` and followed by `end`.",
    examples: [], body: Output.print),
  Builtin(
    "show", [.required("value")],
    "Shows a value, in mid-cell too, as the last value of a cell is shown: figures as pictures.",
    examples: [], body: Output.show),
  Builtin(
    "format", [.required("value"), .optional("spec", "\"\"")],
    """
    The value as text, written as the spec says: `[[fill]align][sign][#][0][width][,][.precision][type]`, as in Python.

    Tensors and tuples are written element by element.
    """,
    examples: [
      ("format(3.14159, \".2f\")", "\"3.14\""), ("format(255, \"#x\")", "\"0xff\""),
      ("format(1234567, \",\")", "\"1,234,567\""), ("format(\"ab\", \">5\")", "\"   ab\""),
    ],
    body: Output.format),
  Builtin(
    "error", [.required("message")],
    "Stops with the message as an error; `try … else` catches it.",
    examples: [("try error(\"no data\") else e -> e.message", "\"no data\"")], body: Output.error),
]

private enum Output {
  static func print(_ context: inout CallContext) throws(CallFailure) -> Value {
    let values = try context.tupleIfPresent(0) ?? TupleValue([])
    let separator = try context.string(1, default: " ")
    let end = try context.string(2, default: "\n")
    context.host.write(values.map(\.printText).joined(separator: separator) + end)
    return .none
  }

  static func show(_ context: inout CallContext) throws(CallFailure) -> Value {
    do {
      if let item = try context.value(0).display(context.host.displayRequest) {
        context.host.show(item)
      }
    } catch {
      throw .diagnostic(error, argument: 0)
    }
    return .none
  }

  static func format(_ context: inout CallContext) throws(CallFailure) -> Value {
    let spec = try FormatSpec(try context.string(1, default: ""))
    return .string(try spec.text(of: context.value(0)))
  }

  static func error(_ context: inout CallContext) throws(CallFailure) -> Value {
    throw .userError(context.value(0).printText)
  }
}
