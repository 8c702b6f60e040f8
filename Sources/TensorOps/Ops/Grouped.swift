internal import TensorCore

// Products of rows with one of several matrices: experts.

extension OperationTable {
  package static let groupedOperations: [Operation] = [
    Operation(
      neural: "grouped_matmul",
      "Each row of `x` [rows, in] times the matrix of its group, of `w` [groups, in, out]. The rows are sorted by group: the first `counts[0]` are of group 0, the next `counts[1]` of group 1, and so on.",
      [
        OperationParameter("x", .tensor), OperationParameter("w", .tensor),
        OperationParameter("counts", .tensor),
      ],
      example: "grouped_matmul([[1.0, 2.0], [3.0, 4.0]], [[[1.0], [0.0]], [[0.0], [1.0]]], (1, 1))",
      gives: "f64[2, 1]\n[[1.]\n [4.]]"
    ) { (arguments) throws(TensorError) in
      let name = "grouped_matmul"
      let (x, w) = (arguments.operand(0), arguments.operand(1))
      let groups = try RowGroups(
        counts: try arguments.operand(2).tensor(), rows: x.rank > 0 ? x.shape[0] : 0,
        operation: name)
      try groups.check(
        Tensor.Description(dtype: x.dtype, shape: x.shape),
        Tensor.Description(dtype: w.dtype, shape: w.shape), operation: name)
      let dtype = x.dtype.promoted(with: w.dtype)
      guard let common = dtype.neural else {
        throw .unsupportedDType(operation: name, dtype: dtype)
      }
      let rows = try x.cast(to: common)
      let isNarrow = w.dtype == .bf16 && common == .f32
      let product = try groups.product(rows, isNarrow ? w : try w.cast(to: common))
      return .one(try product.cast(to: dtype.kind == .float ? dtype : common))
    }
  ]
}
