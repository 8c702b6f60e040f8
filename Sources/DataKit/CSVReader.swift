internal import TensorCore

/// Tables of text in which every field is a number. Tables with named columns are in
/// `CSVReader+Columns.swift`.
struct CSVReader {
  let separator: UInt8
  /// Lines to pass over before anything is read.
  let skippedLines: Int
  /// How messages call the file.
  let name: String

  /// All fields as one tensor.
  ///
  /// - Shapes: `[rows, columns]`. Missing numbers are nan in float dtypes.
  /// - Throws: `damaged` with line and column, `tensor` for memory or a wish to stop.
  func table(_ file: FileBytes, dtype: DType) throws(DataError) -> Tensor {
    switch dtype.kind {
    case .float:
      let values = try rows(file) { (text) throws(FieldProblem) in
        try CSVReader.double(text, dtype)
      }
      return try CSVReader.cast(values, dtype)
    case .bool:
      return try rows(file) { (text) throws(FieldProblem) in try CSVReader.bool(text) }
    case .integer:
      let bounds = CSVReader.bounds(of: dtype)
      let values = try rows(file) { (text) throws(FieldProblem) in
        try CSVReader.int(text, dtype, bounds)
      }
      return try CSVReader.cast(values, dtype)
    case .complex: throw .tensor(.unsupportedDType(operation: "read_csv", dtype: dtype))
    }
  }

  static func cast(_ tensor: Tensor, _ dtype: DType) throws(DataError) -> Tensor {
    do throws(TensorError) { return try tensor.cast(to: dtype) } catch { throw .tensor(error) }
  }

  /// Reads every field by one function.
  @inline(__always)
  private func rows<Element: TensorElement>(
    _ file: FileBytes, _ parse: (UnsafeBufferPointer<UInt8>) throws(FieldProblem) -> Element
  ) throws(DataError) -> Tensor {
    let size = MemoryLayout<Element>.stride
    var values = try GrowingBytes(capacity: max(4096, file.count * size / 4))
    var scanner = makeScanner(file)
    var (rowCount, columnCount) = (0, -1)
    do throws(CSVScanner.Failure) {
      while scanner.beginRow() {
        if rowCount & 0xfff == 0 { try CSVReader.checkInterruption() }
        let line = scanner.line
        var end = CSVScanner.End.separator
        while end == .separator {
          let found = try scanner.field()
          end = found.end
          if values.free < size { try CSVReader.grow(&values) }
          do throws(FieldProblem) {
            let value = try parse(scanner.content(of: found.field))
            values.end.storeBytes(of: value, as: Element.self)
          } catch {
            throw .field(line: line, column: scanner.column, error.fault)
          }
          values.count += size
        }
        if columnCount < 0 { columnCount = scanner.column }
        try CSVReader.check(scanner.column, columnCount, line)
        rowCount += 1
      }
    } catch {
      throw dataError(error)
    }
    withExtendedLifetime(file.storage) {}
    let shape = Shape([rowCount, max(columnCount, 0)])
    return Tensor(
      dtype: Element.dtype, shape: shape, strides: shape.contiguousStrides, offset: 0,
      storage: values.storage)
  }

  // MARK: - What readers share

  func makeScanner(_ file: FileBytes) -> CSVScanner {
    var scanner = CSVScanner(file.bytes.bindMemory(to: UInt8.self), separator: separator)
    scanner.skip(lines: skippedLines)
    return scanner
  }

  /// - Throws: a row with another number of fields than the first.
  static func check(_ found: Int, _ expected: Int, _ line: Int) throws(CSVScanner.Failure) {
    if found == expected { return }
    throw .field(
      line: line, column: min(found, expected + 1), .fieldCount(found: found, expected: expected))
  }

  static func checkInterruption() throws(CSVScanner.Failure) {
    if Interruption.isRequested { throw .other(.tensor(.interrupted)) }
  }

  private static func grow(_ values: inout GrowingBytes) throws(CSVScanner.Failure) {
    do throws(DataError) { try values.reserve(16) } catch { throw .other(error) }
  }

  func dataError(_ failure: CSVScanner.Failure) -> DataError {
    switch failure {
    case .field(let line, let column, let fault):
      .damaged(path: name, .field(line: line, column: column, fault))
    case .other(let error): error
    }
  }

  // MARK: - Fields

  struct FieldProblem: Error {
    let fault: DataError.FieldFault
  }

  @inline(__always)
  static func double(_ text: UnsafeBufferPointer<UInt8>, _ dtype: DType) throws(FieldProblem)
    -> Double
  {
    switch NumberText.double(text) {
    case .number(let value): return value
    case .missing: return .nan
    case .overflow, .malformed: throw notANumber(text, dtype)
    }
  }

  @inline(__always)
  static func int(
    _ text: UnsafeBufferPointer<UInt8>, _ dtype: DType, _ bounds: ClosedRange<Int>
  ) throws(FieldProblem) -> Int {
    switch NumberText.int(text) {
    case .number(let value):
      if bounds.contains(value) { return value }
      throw FieldProblem(fault: .doesNotFit(text: String(value), dtype: dtype))
    case .missing: throw FieldProblem(fault: .missing(dtype: dtype))
    case .overflow:
      throw FieldProblem(
        fault: .doesNotFit(text: String(decoding: text, as: UTF8.self), dtype: dtype))
    case .malformed: throw notANumber(text, dtype)
    }
  }

  static func bool(_ text: UnsafeBufferPointer<UInt8>) throws(FieldProblem) -> Bool {
    switch NumberText.bool(text) {
    case .number(let value): return value
    case .missing: throw FieldProblem(fault: .missing(dtype: .bool))
    case .overflow, .malformed: throw notANumber(text, .bool)
    }
  }

  private static func notANumber(_ text: UnsafeBufferPointer<UInt8>, _ dtype: DType) -> FieldProblem
  {
    FieldProblem(fault: .notANumber(text: String(decoding: text, as: UTF8.self), dtype: dtype))
  }

  static func bounds(of dtype: DType) -> ClosedRange<Int> {
    switch dtype {
    case .u8: 0...255
    case .i8: -128...127
    case .i32: Int(Int32.min)...Int(Int32.max)
    case .bool, .i64, .bf16, .f32, .f64, .c64, .c128: Int.min...Int.max
    }
  }
}
