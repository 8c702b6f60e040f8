internal import CKernels

extension Tensor {
  /// The rows of each segment added up: row s of the result is the sum of the rows whose segment is
  /// s.
  ///
  /// - Shapes: `[n, ...]`, segments `[n]` → `[count, ...]`.
  /// - Throws: `indexDType`; `shapeMismatch` unless there is one segment a row; `indexOutOfRange`
  ///   for a segment below 0 or from `count` on; `integerOverflow`, `unsupportedDType` for complex
  ///   numbers, `outOfMemory`, `interrupted`.
  /// - Complexity: O(elements), long rows on all threads; the rows of a segment are added in order.
  package func segmentSum(_ segments: Tensor, count: Int) throws(TensorError) -> Tensor {
    guard rank >= 1, segments.shape == Shape([shape[0]]) else {
      throw .shapeMismatch(
        operation: "segment_sum", what: "one segment for each row is needed", lhs: shape,
        rhs: segments.shape)
    }
    guard segments.dtype.kind == .integer else { throw .indexDType(segments.dtype) }
    let numbers = try segments.toInts()
    if let bad = numbers.first(where: { $0 < 0 || $0 >= count }) {
      throw .indexOutOfRange(index: bad, axis: 0, size: count, shape: shape)
    }
    var sizes = shape
    sizes[0] = count
    switch dtype.kind {
    case .float:
      var result = try Tensor.zeros(sizes, dtype)
      let index = try Tensor(numbers, shape: segments.shape)
      try result.add(self, at: [.integers(index)])
      return result
    case .bool, .integer:
      let rows = try cast(to: .i64).contiguous()
      let result = try Tensor.zeros(sizes, .i64)
      try rows.addIntegers(to: result, numbers)
      return result
    case .complex: throw .unsupportedDType(operation: "segment_sum", dtype: dtype)
    }
  }

  private func addIntegers(to result: Tensor, _ segments: [Int]) throws(TensorError) {
    guard count > 0 else { return }
    let width = count / shape[0]
    let source = pointer.assumingMemoryBound(to: Int.self)
    let sums = result.pointer.assumingMemoryBound(to: Int.self)
    for (row, segment) in segments.enumerated() {
      if row % 1024 == 0, ck_interrupted() { throw .interrupted }
      for column in 0..<width {
        let (sum, overflow) = sums[segment * width + column].addingReportingOverflow(
          source[row * width + column])
        if overflow { throw .integerOverflow(operation: "segment_sum") }
        sums[segment * width + column] = sum
      }
    }
    withExtendedLifetime((storage, result.storage)) {}
  }
}
