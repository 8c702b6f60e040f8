internal import TensorCore

/// Tables whose first row names the columns.
extension CSVReader {
  enum Column {
    case numbers(Tensor)
    case texts([String])
  }

  /// The columns in order. Without a dtype each is i64 when all its fields are Ints, f64 when they
  /// are numbers or missing, bool when all are true or false, otherwise text.
  ///
  /// - Throws: `damaged` with line and column (also for a name that is empty or stands twice),
  ///   `tensor`.
  func columns(_ file: FileBytes, dtype: DType?) throws(DataError) -> [(
    name: String, column: Column
  )] {
    defer { withExtendedLifetime(file.storage) {} }
    if dtype?.kind == .complex {
      throw .tensor(.unsupportedDType(operation: "read_csv", dtype: dtype ?? .c128))
    }
    var scanner = makeScanner(file)
    do throws(CSVScanner.Failure) {
      let names = try names(&scanner)
      let (fields, lines) = try fields(&scanner, count: names.count)
      var result: [(name: String, column: Column)] = []
      for (index, name) in names.enumerated() {
        let own = stride(from: index, to: fields.count, by: max(names.count, 1)).map { fields[$0] }
        let reader = ColumnReader(scanner: scanner, fields: own, lines: lines, position: index + 1)
        result.append((name, try reader.column(dtype)))
      }
      return result
    } catch {
      throw dataError(error)
    }
  }

  private func names(_ scanner: inout CSVScanner) throws(CSVScanner.Failure) -> [String] {
    var names: [String] = []
    guard scanner.beginRow() else { return names }
    let line = scanner.line
    var end = CSVScanner.End.separator
    while end == .separator {
      let found = try scanner.field()
      end = found.end
      let name = scanner.text(of: found.field)
      if name.isEmpty { throw .field(line: line, column: scanner.column, .emptyName) }
      if names.contains(name) {
        throw .field(line: line, column: scanner.column, .duplicateName(name))
      }
      names.append(name)
    }
    return names
  }

  /// All fields row by row, and the line of each row.
  private func fields(_ scanner: inout CSVScanner, count: Int) throws(CSVScanner.Failure) -> (
    [CSVScanner.Field], [Int]
  ) {
    var fields: [CSVScanner.Field] = []
    var lines: [Int] = []
    while scanner.beginRow() {
      if lines.count & 0xfff == 0 { try CSVReader.checkInterruption() }
      lines.append(scanner.line)
      var end = CSVScanner.End.separator
      while end == .separator {
        let found = try scanner.field()
        end = found.end
        fields.append(found.field)
      }
      try CSVReader.check(scanner.column, count, lines[lines.count - 1])
    }
    return (fields, lines)
  }

  /// Finds the type of one column.
  private struct ColumnReader {
    let scanner: CSVScanner
    let fields: [CSVScanner.Field]
    let lines: [Int]
    /// From 1, for messages.
    let position: Int

    func column(_ dtype: DType?) throws(CSVScanner.Failure) -> Column {
      if let dtype { return .numbers(try numbers(dtype)) }
      let isText = fields.contains(where: \.isQuoted)
      if !isText, !fields.isEmpty {
        if let ints = all({ text in
          if case .number(let value) = NumberText.int(text) { value } else { nil }
        }) {
          return .numbers(try tensor(ints))
        }
        if let doubles = all({ text -> Double? in
          switch NumberText.double(text) {
          case .number(let value): value
          case .missing: .nan
          case .overflow, .malformed: nil
          }
        }) {
          return .numbers(try tensor(doubles))
        }
        if let flags = all({ text in
          if case .number(let value) = NumberText.bool(text) { value } else { nil }
        }) {
          return .numbers(try tensor(flags))
        }
      }
      return .texts(fields.map { scanner.text(of: $0) })
    }

    /// Every field by one function; nil when it does not apply to one of them.
    private func all<Element>(_ parse: (UnsafeBufferPointer<UInt8>) -> Element?) -> [Element]? {
      var result: [Element] = []
      result.reserveCapacity(fields.count)
      for field in fields {
        guard let value = parse(scanner.content(of: field)) else { return nil }
        result.append(value)
      }
      return result
    }

    private func tensor<Element: TensorElement>(_ values: [Element]) throws(CSVScanner.Failure)
      -> Tensor
    {
      do throws(TensorError) { return try Tensor(values) } catch { throw .other(.tensor(error)) }
    }

    private func numbers(_ dtype: DType) throws(CSVScanner.Failure) -> Tensor {
      switch dtype.kind {
      case .bool:
        return try tensor(
          try each { (text) throws(FieldProblem) in try CSVReader.bool(text) })
      case .integer:
        let bounds = CSVReader.bounds(of: dtype)
        return try converted(
          try each { (text) throws(FieldProblem) in try CSVReader.int(text, dtype, bounds) }, dtype)
      case .float, .complex:
        return try converted(
          try each { (text) throws(FieldProblem) in try CSVReader.double(text, dtype) }, dtype)
      }
    }

    private func each<Element>(
      _ parse: (UnsafeBufferPointer<UInt8>) throws(FieldProblem) -> Element
    ) throws(CSVScanner.Failure) -> [Element] {
      var result: [Element] = []
      result.reserveCapacity(fields.count)
      for (row, field) in fields.enumerated() {
        do throws(FieldProblem) {
          result.append(try parse(scanner.content(of: field)))
        } catch {
          throw .field(line: lines[row], column: position, error.fault)
        }
      }
      return result
    }

    private func converted<Element: TensorElement>(_ values: [Element], _ dtype: DType)
      throws(CSVScanner.Failure) -> Tensor
    {
      let values = try tensor(values)
      do throws(DataError) { return try CSVReader.cast(values, dtype) } catch {
        throw .other(error)
      }
    }
  }
}
