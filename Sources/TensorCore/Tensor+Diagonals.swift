/// Diagonals and triangles of matrices, over the last two axes unless said otherwise.
extension Tensor {
  /// The elements whose second index is the first plus `offset`, as a new last axis; the two axes
  /// go. A view.
  ///
  /// - Throws: `wrongRank` below rank 2, `axisOutOfRange`, `duplicateAxis`.
  package func diagonal(offset: Int = 0, axes: (Int, Int) = (-2, -1)) throws(TensorError) -> Tensor
  {
    guard rank >= 2 else {
      throw .wrongRank(operation: "diagonal", expected: "at least 2", shape: shape)
    }
    let row = try shape.resolve(axis: axes.0)
    let column = try shape.resolve(axis: axes.1)
    guard row != column else { throw .duplicateAxis(axis: axes.1) }
    let (firstRow, firstColumn) = (offset < 0 ? 0 &- offset : 0, max(offset, 0))
    let rowsLeft = firstRow < 0 ? 0 : shape[row] - min(firstRow, shape[row])
    let length = min(rowsLeft, shape[column] - min(firstColumn, shape[column]))
    let step = strides[row] + strides[column]
    var result = self
    if length > 0 { result.offset &+= firstRow &* strides[row] &+ firstColumn &* strides[column] }
    for axis in [max(row, column), min(row, column)] {
      result.shape.remove(at: axis)
      result.strides.remove(at: axis)
    }
    result.shape.append(length)
    result.strides.append(step)
    return result
  }

  /// A matrix with the vector on a diagonal and zeros elsewhere.
  ///
  /// - Shapes: `[..., n]` → `[..., n + |offset|, n + |offset|]`.
  /// - Throws: `wrongRank` for rank 0, `rankTooHigh`, `outOfMemory`, `interrupted`.
  package func diagonalMatrix(offset: Int = 0) throws(TensorError) -> Tensor {
    guard rank >= 1 else {
      throw .wrongRank(operation: "diag", expected: "at least 1", shape: shape)
    }
    guard rank < Shape.maxRank else { throw .rankTooHigh(rank: rank + 1) }
    guard offset.magnitude < 1 << 31 else { throw .outOfMemory(bytes: Int.max) }
    let size = shape[rank - 1] + Int(offset.magnitude)
    var target = shape
    target[rank - 1] = size
    target.append(size)
    let result = try Tensor.zeros(target, dtype)
    try result.diagonal(offset: offset).overwrite(with: self)
    return result
  }

  /// The sum along the diagonal.
  ///
  /// - Shapes: `[..., m, n]` → `[...]`.
  /// - Throws: `wrongRank` below rank 2, `integerOverflow`, `outOfMemory`, `interrupted`.
  package func trace(offset: Int = 0) throws(TensorError) -> Tensor {
    let diagonal = try diagonal(offset: offset)
    let ones = try Tensor.ones(
      Shape([diagonal.shape[diagonal.rank - 1]]), dtype == .bool ? .i64 : dtype)
    return try diagonal.matmul(ones)
  }

  /// The elements on and below a diagonal, zeros above it.
  ///
  /// - Throws: `wrongRank` below rank 2, `outOfMemory`, `interrupted`.
  package func lowerTriangle(offset: Int = 0) throws(TensorError) -> Tensor {
    try triangle("tril") { row, columns in
      let kept = row.addingReportingOverflow(offset)
      // Kept are the columns 0 … row + offset.
      let end = kept.overflow ? columns : min(max(kept.partialValue, -1), columns - 1) + 1
      return end..<columns
    }
  }

  /// The elements on and above a diagonal, zeros below it.
  ///
  /// - Throws: `wrongRank` below rank 2, `outOfMemory`, `interrupted`.
  package func upperTriangle(offset: Int = 0) throws(TensorError) -> Tensor {
    try triangle("triu") { row, columns in
      let first = row.addingReportingOverflow(offset)
      return 0..<(first.overflow ? columns : min(max(first.partialValue, 0), columns))
    }
  }

  /// A copy with the columns that `zeroed(row, columns)` names set to zero in each row.
  private func triangle(_ operation: String, zeroed: (Int, Int) -> Range<Int>) throws(TensorError)
    -> Tensor
  {
    guard rank >= 2 else {
      throw .wrongRank(operation: operation, expected: "at least 2", shape: shape)
    }
    let result = try copy()
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    guard count > 0 else { return result }
    for line in 0..<count / columns {
      let range = zeroed(line % rows, columns)
      let start = result.pointer + (line * columns + range.lowerBound) * dtype.size
      start.initializeMemory(as: UInt8.self, repeating: 0, count: range.count * dtype.size)
    }
    return result
  }
}
