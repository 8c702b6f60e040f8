internal import Diagnostics
internal import Runtime
internal import TensorCore

/// `read_csv`, `write_csv`.
let tableBuiltins: [Builtin] = [
  Builtin(
    "read_csv",
    [
      Signature.Parameter("path"), Signature.Parameter("separator", .named(text: "\",\"")),
      Signature.Parameter("header", .named(text: "false")),
      Signature.Parameter("skip", .named(text: "0")),
      Signature.Parameter("dtype", .named(text: "none")),
    ],
    """
    A table in a text file: a tensor with a row for each line, or with `header = true` a record of its named columns.

    `skip` lines are passed over first. Without a `dtype` a tensor is f64, and a named column i64, f64, bool or a tuple of \
    Str, by what its fields are. An empty field, `NA` and `nan` are missing: nan where numbers are Floats. Fields may \
    stand in double quotes. With the separator " " any number of spaces separates.
    """,
    examples: [
      ("read_csv(stdlib_path(\"data/iris.csv\"), skip = 1)[0]", "f64[5] [5.1 3.5 1.4 0.2 0. ]")
    ], body: TableFiles.read),
  Builtin(
    "write_csv",
    [
      Signature.Parameter("path"), Signature.Parameter("table"),
      Signature.Parameter("header", .named(text: "none")),
      Signature.Parameter("separator", .named(text: "\",\"")),
    ],
    """
    Writes a table as text: a tensor with one or two axes, or a record of columns with their names as the first line.

    `header` is a tuple of names for the columns of a tensor.
    """, examples: [], body: TableFiles.write),
]

private enum TableFiles {
  static func read(_ context: inout CallContext) throws(CallFailure) -> Value {
    let separator = try context.separator(1)
    let skip = try context.int(3, default: 0)
    guard skip >= 0 else {
      throw context.wrongValue(3, found: String(skip), requirement: "at least 0")
    }
    let hasHeader = try context.bool(2, default: false)
    let dtype = try context.dtypeIfPresent(4)
    if !hasHeader {
      return .tensor(
        try context.withFile(0) { (name, path) throws(DataError) in
          let file = try FileBytes(path: path, name: name)
          return try CSVReader(separator: separator, skippedLines: skip, name: name)
            .table(file, dtype: dtype ?? .f64)
        })
    }
    let columns = try context.withFile(0) { (name, path) throws(DataError) in
      let file = try FileBytes(path: path, name: name)
      return try CSVReader(separator: separator, skippedLines: skip, name: name)
        .columns(file, dtype: dtype)
    }
    return .record(
      RecordValue(
        columns.map { column in
          switch column.column {
          case .numbers(let tensor): (column.name, .tensor(tensor))
          case .texts(let texts): (column.name, .tuple(TupleValue(texts.map { .string($0) })))
          }
        }))
  }

  static func write(_ context: inout CallContext) throws(CallFailure) -> Value {
    let separator = try context.separator(3)
    if case .record(let record) = context.value(1) {
      let rows = try columnRows(record, context)
      try context.write(0) { _ throws(DataError) in
        var writer = try CSVWriter(separator: separator)
        try writer.write(row: record.names)
        for row in rows { try writer.write(row: row) }
        return writer.bytes
      }
      return .none
    }
    let table = try table(context)
    let header = try context.stringsIfPresent(2)
    if let header, header.count != table.shape[1] {
      throw context.wrongValue(
        2, found: "\(header.count) names", requirement: "\(table.shape[1]), one for each column")
    }
    try context.write(0) { _ throws(DataError) in
      var writer = try CSVWriter(separator: separator)
      if let header { try writer.write(row: header) }
      try writer.write(table: table)
      return writer.bytes
    }
    return .none
  }

  /// A tensor as a table of two axes; a vector is one column.
  private static func table(_ context: CallContext) throws(CallFailure) -> Tensor {
    let given = try context.tensor(1)
    if given.dtype.kind == .complex {
      throw .tensor(.unsupportedDType(operation: "write_csv", dtype: given.dtype))
    }
    guard given.rank == 1 || given.rank == 2 else {
      throw .tensor(.wrongRank(operation: "write_csv", expected: "1 or 2", shape: given.shape))
    }
    return try tensorResult { () throws(TensorError) in
      given.rank == 1 ? try given.expanded(at: 1) : given
    }
  }

  /// The columns of a record as rows of text.
  private static func columnRows(_ record: RecordValue, _ context: CallContext) throws(CallFailure)
    -> [[String]]
  {
    var columns: [[String]] = []
    for (name, value) in record.fields {
      let column = try texts(name, value, context)
      if let first = columns.first, first.count != column.count {
        throw context.failure(
          .shapeMismatch,
          "column `\(name)` has \(column.count) rows, column `\(record.names[0])` has \(first.count)",
          argument: 1)
      }
      columns.append(column)
    }
    let count = columns.first?.count ?? 0
    return (0..<count).map { row in columns.map { $0[row] } }
  }

  /// A vector, or a tuple of Str and numbers.
  private static func texts(_ name: String, _ value: Value, _ context: CallContext)
    throws(CallFailure)
    -> [String]
  {
    if case .tuple(let values) = value {
      return values.map { element in
        if case .string(let text) = element { text } else { element.printText }
      }
    }
    guard case .tensor(let tensor) = value, tensor.rank == 1, tensor.dtype.kind != .complex else {
      throw context.wrongType(1, found: value, within: "`\(name)`", wanted: "a vector or a tuple")
    }
    return (0..<tensor.count).map { CSVWriter.text(of: tensor.scalar(at: $0)) }
  }
}
