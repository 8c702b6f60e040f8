internal import TensorCore

/// Tables as text: numbers by their shortest digits, text quoted where needed, lines ended by `\n`.
struct CSVWriter {
  let separator: UInt8
  private(set) var bytes: GrowingBytes

  init(separator: UInt8) throws(DataError) {
    self.separator = separator
    bytes = try GrowingBytes(capacity: 1 << 16)
  }

  /// A row of texts: names, or fields of a row.
  mutating func write(row: [String]) throws(DataError) {
    for (index, text) in row.enumerated() {
      if index > 0 { try append([separator]) }
      try append(quoted(text))
    }
    try append([0x0a])
  }

  /// The rows of a tensor with two axes.
  ///
  /// - Throws: `tensor` for complex numbers, memory or a wish to stop.
  mutating func write(table: Tensor) throws(DataError) {
    let columns = table.shape[1]
    for row in 0..<table.shape[0] {
      if row & 0xfff == 0, Interruption.isRequested { throw .tensor(.interrupted) }
      for column in 0..<columns {
        if column > 0 { try append([separator]) }
        try append(Array(CSVWriter.text(of: table.scalar(at: row * columns + column)).utf8))
      }
      try append([0x0a])
    }
  }

  static func text(of scalar: Scalar) -> String {
    switch scalar {
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .float(let value): formatFloat(value)
    case .complex(let value): formatFloat(value)
    }
  }

  private func quoted(_ text: String) -> [UInt8] {
    let raw = Array(text.utf8)
    let needsQuotes =
      raw.first == 0x20 || raw.last == 0x20
      || raw.contains { $0 == separator || $0 == 0x22 || $0 == 0x0a || $0 == 0x0d }
    guard needsQuotes else { return raw }
    return [0x22] + raw.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
  }

  private mutating func append(_ part: [UInt8]) throws(DataError) {
    try bytes.reserve(part.count)
    part.withUnsafeBytes { source in
      if let base = source.baseAddress { bytes.end.copyMemory(from: base, byteCount: source.count) }
    }
    bytes.count += part.count
  }
}
