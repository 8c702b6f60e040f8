internal import CKernels

/// Rows sorted by group: which rows belong to each, for products of rows with the matrix of their
/// group. Everything is one pass over blocks of all groups, on all threads; results do not depend
/// on their number.
package struct RowGroups: Sendable {
  /// Where each group begins, and at last the number of rows.
  package let starts: [Int]

  /// - Parameter counts: how many rows each group has, in their order.
  /// - Throws: `indexDType` unless integers; `wrongRank` unless one axis; `argument` for a negative
  ///   count, or when they do not add up to `rows`.
  package init(counts: Tensor, rows: Int, operation: String) throws(TensorError) {
    guard counts.dtype.kind == .integer else { throw .indexDType(counts.dtype) }
    guard counts.rank == 1 else {
      throw .wrongRank(operation: operation, expected: "1", shape: counts.shape)
    }
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    for count in try counts.toInts() {
      guard count >= 0 else {
        throw .argument(
          operation: operation, name: "counts", value: "\(count)",
          requirement: "at least 0 everywhere")
      }
      let (next, overflow) = starts[starts.count - 1].addingReportingOverflow(count)
      starts.append(overflow ? Int.max : next)
      if overflow { break }
    }
    let sum = starts[starts.count - 1]
    guard sum == rows, starts.count == counts.count + 1 else {
      throw .argument(
        operation: operation, name: "counts", value: "\(sum) in sum",
        requirement: "\(rows) in sum, the number of rows")
    }
    self.starts = starts
  }

  /// Checks x [rows, in] against w [groups, in, out].
  ///
  /// - Throws: `wrongRank`, `contraction`, `shapeMismatch`.
  package func check(_ x: Tensor.Description, _ w: Tensor.Description, operation: String)
    throws(TensorError)
  {
    guard x.shape.rank == 2 else {
      throw .wrongRank(operation: operation, expected: "2", shape: x.shape)
    }
    guard w.shape.rank == 3 else {
      throw .wrongRank(operation: operation, expected: "3", shape: w.shape)
    }
    guard x.shape[1] == w.shape[1] else { throw .contraction(lhs: x, rhs: w) }
    guard w.shape[0] == starts.count - 1 else {
      throw .shapeMismatch(
        operation: operation, what: "one count for each matrix", lhs: w.shape,
        rhs: Shape([starts.count - 1]))
    }
  }

  // MARK: - Products

  /// Each row times the matrix of its group.
  ///
  /// - Shapes: x `[rows, in]`, w `[groups, in, out]` → `[rows, out]`, of f32 for operands of f32 and
  ///   bf16, of f64 otherwise.
  /// - Throws: `unsupportedDType` for complex numbers, `outOfMemory`, `interrupted`.
  /// - Complexity: O(rows · in · out).
  package func product(_ x: Tensor, _ w: Tensor) throws(TensorError) -> Tensor {
    let (x, w) = try operands(x, w)
    let result = try Tensor(uninitialized: x.dtype, Shape([x.shape[0], w.shape[2]]))
    let status = withLayout(w) { ck_grouped_product(&$0, x.pointer, w.pointer, result.pointer) }
    withExtendedLifetime((x.storage, w.storage, result.storage)) {}
    try checkKernel(status, bytes: result.count * result.dtype.size)
    return result
  }

  /// Each row times the transposed matrix of its group: the cotangent of the rows of `product`.
  ///
  /// - Shapes: g `[rows, out]`, w `[groups, in, out]` → `[rows, in]`.
  /// - Throws, complexity: as `product`.
  package func transposedProduct(_ g: Tensor, _ w: Tensor) throws(TensorError) -> Tensor {
    let (g, w) = try operands(g, w)
    let result = try Tensor(uninitialized: g.dtype, Shape([g.shape[0], w.shape[1]]))
    let status = withLayout(w) {
      ck_grouped_product_back_rows(&$0, g.pointer, w.pointer, result.pointer)
    }
    withExtendedLifetime((g.storage, w.storage, result.storage)) {}
    try checkKernel(status, bytes: g.count * g.dtype.size)
    return result
  }

  /// For each group its rows of x, transposed, times its rows of g: the cotangent of the matrices of
  /// `product`. 0 for groups without rows.
  ///
  /// - Shapes: x `[rows, in]`, g `[rows, out]` → `[groups, in, out]`.
  /// - Throws, complexity: as `product`.
  package func outerProducts(_ x: Tensor, _ g: Tensor) throws(TensorError) -> Tensor {
    let operands = try Tensor.neuralOperands("grouped_matmul", [x, g])
    let (x, g) = (operands[0], operands[1])
    let result = try Tensor(
      uninitialized: x.dtype, Shape([starts.count - 1, x.shape[1], g.shape[1]]))
    let status = withLayout(result) {
      ck_grouped_product_back_matrices(&$0, x.pointer, g.pointer, result.pointer)
    }
    withExtendedLifetime((operands, result.storage)) {}
    try checkKernel(status, bytes: result.count * result.dtype.size)
    return result
  }

  /// The operands in the dtype that they are computed in, the matrices of bf16 as they are where
  /// that is f32.
  private func operands(_ rows: Tensor, _ matrices: Tensor) throws(TensorError) -> (Tensor, Tensor)
  {
    if matrices.dtype == .bf16, rows.dtype == .bf16 || rows.dtype == .f32 {
      return (try rows.cast(to: .f32).contiguous(), try matrices.contiguous())
    }
    let all = try Tensor.neuralOperands("grouped_matmul", [rows, matrices])
    return (all[0], all[1])
  }

  private func withLayout(
    _ matrices: Tensor, _ body: (inout ck_group_layout) -> ck_status
  ) -> ck_status {
    starts.withUnsafeBufferPointer { starts in
      let dtype = matrices.dtype == .bf16 ? DType.f32 : matrices.dtype
      let shape = matrices.shape
      return starts.withMemoryRebound(to: Int64.self) { starts in
        var layout = ck_group_layout(
          dtype: Int32(dtype.rawValue), stores_bf16: matrices.dtype == .bf16, groups: shape[0],
          in: shape[1], out: shape[2], starts: starts.baseAddress)
        return body(&layout)
      }
    }
  }
}
