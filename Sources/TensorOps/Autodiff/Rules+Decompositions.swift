internal import TensorCore

// The derivatives of decompositions. Where singular values or eigenvalues coincide the vectors are
// not unique, and their derivative is infinite or NaN.

extension Derivative {
  static let orthogonal = Derivative.rule(keeping: .results) { (step) throws(TensorError) in
    let (q, r) = (step.results[0], step.results[1])
    let (m, n) = (q.shape[q.rank - 2], r.shape[r.rank - 1])
    guard q.shape[q.rank - 1] == min(m, n) else {
      throw .noDerivative(operation: "qr with mode = \"complete\"")
    }
    let (gQ, gR) = (try step.upstream(0), try step.upstream(1))
    if m >= n { return [try orthogonalBack(q, r, gQ, gR)] }
    // a = [x y] with x square: r = [u v], v = qᵀ y.
    let (u, v) = (try r.columns(0, m), try r.columns(m, n - m))
    let (gU, gV) = (try gR.columns(0, m), try gR.columns(m, n - m))
    let y = try q.matmul(v)
    let ofX = try orthogonalBack(q, u, try gQ + y.matmul(try gV.matrixTranspose), gU)
    return [try Variable.concatenated([ofX, try q.matmul(gV)], axis: -1)]
  }

  /// (gQ + q s) r⁻ᵀ, s the lower triangle of r gRᵀ - gQᵀ q mirrored.
  private static func orthogonalBack(
    _ q: Variable, _ r: Variable, _ gQ: Variable, _ gR: Variable
  ) throws(TensorError) -> Variable {
    let mixed = try r.matmul(try gR.matrixTranspose) - gQ.matrixTranspose.matmul(q)
    let below = try mixed.triangle(isLower: true, offset: -1)
    let mirrored = try mixed.triangle(isLower: true) + below.matrixTranspose
    let sum = try gQ + q.matmul(mirrored)
    return try r.solve(try sum.matrixTranspose).matrixTranspose
  }

  static let singular = Derivative.composed { (arguments) throws(TensorError) in
    let a = arguments.operand(0)
    if arguments.attributes.bool(1), a.rank >= 2, a.shape[a.rank - 2] != a.shape[a.rank - 1] {
      throw .noDerivative(operation: "svd with full_matrices = true")
    }
    let parts = try a.singularDecomposition()
    return .tuple([.one(parts.u), .one(parts.s), .one(parts.vh)])
  }

  static let singularValues = Derivative.composed { (arguments) throws(TensorError) in
    .one(try arguments.operand(0).singularValues())
  }

  static let eigen = Derivative.composed { (arguments) throws(TensorError) in
    let parts = try arguments.operand(0).symmetricEigen()
    return .tuple([.one(parts.values), .one(parts.vectors)])
  }

  static let eigenvalues = Derivative.composed { (arguments) throws(TensorError) in
    .one(try arguments.operand(0).symmetricEigenvalues())
  }

  /// The operand is symmetric, and so is its cotangent.
  static let cholesky = Derivative.rule(keeping: .results) { (step) throws(TensorError) in
    let l = step.result
    let lT = try l.matrixTranspose
    let n = l.shape[l.rank - 1]
    let product = try lT.matmul(try step.upstream())
    // The lower triangle with half its diagonal.
    let half = try Tensor.elementwise(
      .multiply, .tensor(try Tensor.identity(Shape([n, n]), l.dtype)), .scalar(.float(0.5)))
    let weights = try Tensor.elementwise(
      .subtract, try Tensor.triangle(Shape([n, n]), l.dtype), half)
    let middle = try product * Variable(weights)
    // l⁻ᵀ middle l⁻¹
    let left = try lT.solve(middle)
    let whole = try lT.solve(try left.matrixTranspose)
    return [try (whole + whole.matrixTranspose) * 0.5]
  }
}

extension Variable {
  fileprivate func columns(_ start: Int, _ count: Int) throws(TensorError) -> Variable {
    try slice(axis: -1, start: start, count: count)
  }

  /// Reduced: `(u * s) @ vh == self`.
  func singularDecomposition() throws(TensorError) -> (u: Variable, s: Variable, vh: Variable) {
    let primitive = Primitive(
      "svd", keeping: .results,
      evaluate: { (operands) throws(TensorError) in
        let (u, s, vh) = try Variable.plain(operands[0]).tensor().svd()
        return [.tensor(u), .tensor(s), .tensor(vh)]
      },
      rule: { (step) throws(TensorError) in [try Variable.singularRule(step)] })
    let parts = try primitive.apply([self])
    return (parts[0], parts[1], parts[2])
  }

  private static func singularRule(_ step: Pullback) throws(TensorError) -> Variable {
    let (u, s, vh) = (step.results[0], step.results[1], step.results[2])
    let v = try vh.matrixTranspose
    let row = try s.expanded(at: -2)
    let column = try s.expanded(at: -1)
    var inner = try step.upstream(1).expanded(at: -2) * Variable(try s.identity())
    var outer: Variable?
    if step.cotangents[0] != nil {
      let g = try step.upstream(0)
      let mixed = try u.matrixTranspose.matmul(g)
      inner = try inner + (mixed - mixed.matrixTranspose) * s.gapInverses(squared: true) * row
      if u.shape[u.rank - 2] > u.shape[u.rank - 1] {
        outer = try ((g - u.matmul(mixed)) / row).matmul(vh)
      }
    }
    if step.cotangents[2] != nil {
      let g = try step.upstream(2).matrixTranspose
      let mixed = try vh.matmul(g)
      inner =
        try inner + column * ((mixed - mixed.matrixTranspose) * s.gapInverses(squared: true))
      if v.shape[v.rank - 2] > v.shape[v.rank - 1] {
        let part = try u.matmul(try ((g - v.matmul(mixed)) / row).matrixTranspose)
        outer = try outer.map { (known) throws(TensorError) in try known + part } ?? part
      }
    }
    let middle = try u.matmul(inner).matmul(vh)
    return try outer.map { (outer) throws(TensorError) in try middle + outer } ?? middle
  }

  /// The identity of as many rows as this vector has elements.
  private func identity() throws(TensorError) -> Tensor {
    let n = shape[rank - 1]
    return try Tensor.identity(Shape([n, n]), dtype)
  }

  /// At row i and column j 1 / (sⱼ - sᵢ), or of the squares; 0 on the diagonal.
  private func gapInverses(squared: Bool) throws(TensorError) -> Variable {
    let s = squared ? try Variable.elementwise(.square, self) : self
    let diagonal = try identity()
    let gaps = try s.expanded(at: -2) - s.expanded(at: -1) + Variable(diagonal)
    let rest = try Tensor.elementwise(.subtract, .scalar(.int(1)), .tensor(diagonal))
    return try Variable(rest) / gaps
  }

  func symmetricEigen() throws(TensorError) -> (values: Variable, vectors: Variable) {
    let primitive = Primitive(
      "eigh", keeping: .results,
      evaluate: { (operands) throws(TensorError) in
        let (values, vectors) = try Variable.plain(operands[0]).tensor().eigh()
        return [.tensor(values), .tensor(vectors)]
      },
      rule: { (step) throws(TensorError) in
        let (w, v) = (step.results[0], step.results[1])
        let vT = try v.matrixTranspose
        var inner = try step.upstream(0).expanded(at: -2) * Variable(try w.identity())
        if step.cotangents[1] != nil {
          let mixed = try vT.matmul(try step.upstream(1))
          inner = try inner + mixed * w.gapInverses(squared: false)
        }
        let whole = try v.matmul(inner).matmul(vT)
        return [try (whole + whole.matrixTranspose) * 0.5]
      })
    let parts = try primitive.apply([self])
    return (parts[0], parts[1])
  }

  fileprivate func symmetricEigenvalues() throws(TensorError) -> Variable {
    let primitive = Primitive(
      "eigvalsh", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try Variable.plain(operands[0]).tensor().eigenvaluesHermitian())]
      },
      rule: { (step) throws(TensorError) in
        let v = try step.operands[0].symmetricEigen().vectors
        let scaled = try v * step.upstream().expanded(at: -2)
        return [try scaled.matmul(try v.matrixTranspose)]
      })
    return try primitive(self)
  }
}
