internal import TensorCore

/// What a value yields when it is iterated, by position: elements of a tuple, a tensor (along its
/// first axis) or a
/// range, characters of a Str, keys of a map, values of a record.
struct ElementList {
  private enum Source {
    case values([Value])
    case tuple(TupleValue)
    case range(RangeValue)
    case tensor(Tensor)
    case characters([Unicode.Scalar])
  }

  private let source: Source

  /// nil for what cannot be iterated.
  init?(_ value: Value) {
    switch value {
    case .tuple(let values): source = .tuple(values)
    case .range(let range): source = .range(range)
    case .tensor(let tensor):
      guard tensor.rank > 0 else { return nil }
      source = .tensor(tensor)
    case .string(let text): source = .characters(Array(text.unicodeScalars))
    case .map(let map): source = .values(map.entries.map(\.key))
    case .record(let record): source = .values(record.values)
    case .traced:
      guard let rows = try? value.tracedRows() else { return nil }
      source = .values(rows)
    case .none, .bool, .int, .float, .complex, .function, .module, .external: return nil
    }
  }

  init(_ values: [Value]) { source = .values(values) }

  var count: Int {
    switch source {
    case .values(let values): values.count
    case .tuple(let values): values.count
    case .range(let range): range.count
    case .tensor(let tensor): tensor.shape[0]
    case .characters(let characters): characters.count
    }
  }

  /// The element at `position`, which must be below `count`.
  subscript(position: Int) -> Value {
    switch source {
    case .values(let values): values[position]
    case .tuple(let values): values[position]
    case .range(let range): .int(range.element(at: position))
    case .tensor(let tensor): tensor.selecting(position, axis: 0).asValue
    case .characters(let characters): .string(String(Character(characters[position])))
    }
  }

  /// All elements; bounded, because a range can be longer than memory.
  ///
  /// - Throws: `outOfMemory` beyond `longestList` elements.
  func values() throws(CallFailure) -> [Value] {
    guard count <= ElementList.longestList else {
      let bytes = count.multipliedReportingOverflow(by: 16)
      throw .tensor(.outOfMemory(bytes: bytes.overflow ? .max : bytes.partialValue))
    }
    return (0..<count).map { self[$0] }
  }

  static let longestList = 1 << 28
}

extension CallContext {
  /// What the argument yields when iterated.
  ///
  /// - Throws: E0412 when it cannot be.
  func list(_ index: Int) throws(CallFailure) -> ElementList {
    if let sequence = value(index).lazySequence { return ElementList(try sequence.values(host)) }
    guard let list = ElementList(value(index)) else { throw notIterable(index) }
    return list
  }

  /// Looks for a wish to stop every few thousand rounds of a loop.
  func poll(_ round: Int) throws(CallFailure) {
    if round & 0xfff == 0xfff { try host.checkInterrupt() }
  }
}
