internal import CKernels

extension Tensor {
  /// The largest (or smallest) element up to each along an axis, and where it stands; of equal ones
  /// the last, and the first NaN from where there is one.
  ///
  /// - Throws: `axisOutOfRange`, `unsupportedDType` (complex numbers), `outOfMemory`,
  ///   `interrupted`.
  /// - Complexity: O(elements), on one thread.
  package func runningExtremes(largest: Bool, axis: Int) throws(TensorError) -> (
    values: Tensor, positions: Tensor
  ) {
    let along = try shape.resolve(axis: axis)
    switch dtype {
    case .bool, .u8: return try running(as: UInt8.self, largest, along)
    case .i8: return try running(as: Int8.self, largest, along)
    case .i32: return try running(as: Int32.self, largest, along)
    case .i64: return try running(as: Int.self, largest, along)
    case .f32: return try running(as: Float.self, largest, along)
    case .f64: return try running(as: Double.self, largest, along)
    case .bf16:
      let wide = try cast(to: .f32).runningExtremes(largest: largest, axis: along)
      return (try wide.values.cast(to: .bf16), wide.positions)
    case .c64, .c128:
      throw .unsupportedDType(operation: largest ? "cummax" : "cummin", dtype: dtype)
    }
  }

  private func running<Element: Comparable>(as type: Element.Type, _ largest: Bool, _ axis: Int)
    throws(TensorError) -> (values: Tensor, positions: Tensor)
  {
    let values = try copy()
    let positions = try Tensor(uninitialized: .i64, shape)
    guard count > 0 else { return (values, positions) }
    let inner = ((axis + 1)..<rank).reduce(1) { $0 * shape[$1] }
    let length = shape[axis]
    let x = values.pointer.assumingMemoryBound(to: Element.self)
    let places = positions.pointer.assumingMemoryBound(to: Int.self)
    for outer in 0..<(count / (inner * length)) {
      if ck_interrupted() { throw .interrupted }
      let start = outer * length * inner
      for column in 0..<inner { places[start + column] = 0 }
      for place in stride(from: 1, to: length, by: 1) {
        let row = start + place * inner
        for at in row..<(row + inner) {
          let (before, here) = (x[at - inner], x[at])
          // A NaN is not equal to itself, and stays.
          let isKept = before != before || (largest ? before > here : before < here)
          if isKept { x[at] = before }
          places[at] = isKept ? places[at - inner] : place
        }
      }
    }
    withExtendedLifetime((values.storage, positions.storage)) {}
    return (values, positions)
  }
}
