internal import TensorCore

// Each of the three products is linear in both operands, and the derivative of each is made of the
// other two: derivatives of any order are grouped products again.

extension RowGroups {
  /// Each row of x `[rows, in]` times the matrix of its group, of w `[groups, in, out]`.
  func product(_ x: Variable, _ w: Variable) throws(TensorError) -> Variable {
    try primitive(
      { (x, w) throws(TensorError) in try product(x, w) },
      rules: { (g, _, w) throws(TensorError) in try transposedProduct(g, w) },
      { (g, x, _) throws(TensorError) in try outerProducts(x, g) })(x, w)
  }

  /// Each row of g `[rows, out]` times the transposed matrix of its group.
  func transposedProduct(_ g: Variable, _ w: Variable) throws(TensorError) -> Variable {
    try primitive(
      { (g, w) throws(TensorError) in try transposedProduct(g, w) },
      rules: { (h, _, w) throws(TensorError) in try product(h, w) },
      { (h, g, _) throws(TensorError) in try outerProducts(h, g) })(g, w)
  }

  /// The matrices `[groups, in, out]` of the products of columns of x `[rows, in]` with rows of g
  /// `[rows, out]`.
  func outerProducts(_ x: Variable, _ g: Variable) throws(TensorError) -> Variable {
    try primitive(
      { (x, g) throws(TensorError) in try outerProducts(x, g) },
      rules: { (h, _, g) throws(TensorError) in try transposedProduct(g, h) },
      { (h, x, _) throws(TensorError) in try product(x, h) })(x, g)
  }

  private typealias Rule =
    @Sendable (_ cotangent: Variable, Variable, Variable) throws(TensorError) -> Variable

  private func primitive(
    _ evaluate: @escaping @Sendable (Tensor, Tensor) throws(TensorError) -> Tensor,
    rules first: @escaping Rule, _ second: @escaping Rule
  ) -> Primitive {
    Primitive(
      "grouped_matmul", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        let a = try Variable.plain(operands[0]).tensor()
        let b = try Variable.plain(operands[1]).tensor()
        return [.tensor(try evaluate(a, b))]
      },
      rule: { (step) throws(TensorError) in
        let g = try step.cotangent.broadcast(to: step.results[0].shape)
        let (a, b) = (step.operands[0], step.operands[1])
        return [
          step.isWanted[0] ? try first(g, a, b).cast(to: a.dtype) : nil,
          step.isWanted[1] ? try second(g, a, b).cast(to: b.dtype) : nil,
        ]
      })
  }
}
