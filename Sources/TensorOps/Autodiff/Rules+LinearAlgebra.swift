internal import TensorCore

// The derivatives of products, systems and determinants. Those of decompositions are in
// `Rules+Decompositions.swift`.

extension Derivative {
  static let matrixProduct = Derivative.composed { (arguments) throws(TensorError) in
    .one(try arguments.operand(0).matmul(arguments.operand(1)))
  }

  static let outerProduct = Derivative.composed { (arguments) throws(TensorError) in
    .one(try arguments.operand(0).outer(arguments.operand(1)))
  }

  static let kronecker = Derivative.composed { (arguments) throws(TensorError) in
    let (x, y) = (arguments.operand(0), arguments.operand(1))
    let axes = max(x.rank, y.rank)
    guard axes <= Shape.maxRank / 2 else { throw .rankTooHigh(rank: 2 * axes) }
    let a = Array(repeating: 1, count: axes - x.rank) + x.shape.array
    let b = Array(repeating: 1, count: axes - y.rank) + y.shape.array
    let products = try x.outer(y).reshaped(to: a + b)
    let interleaved = try products.transposed((0..<axes).flatMap { [$0, axes + $0] })
    return .one(try interleaved.reshaped(to: zip(a, b).map { $0 * $1 }))
  }

  static let solution = Derivative.composed { (arguments) throws(TensorError) in
    .one(try arguments.operand(0).solve(arguments.operand(1)))
  }

  static let inverse = Derivative.composed { (arguments) throws(TensorError) in
    .one(try arguments.operand(0).inverse())
  }

  static let pseudoInverse = Derivative.composed { (arguments) throws(TensorError) in
    .one(try arguments.operand(0).pseudoInverse(cutoff: arguments.attributes.optionalFloat(1)))
  }

  /// det(a) a⁻ᵀ; of a matrix with determinant 0 its cofactors.
  static let determinant = Derivative.rule { (step) throws(TensorError) in
    let a = step.operands[0]
    let y = try step.result.asTensor().cast(to: a.dtype)
    let g = try step.upstream().expanded(at: -1).expanded(at: -1)
    if try y.tensor().reduced(.all).item() == .bool(true) {
      let scale = try y.expanded(at: -1).expanded(at: -1) * g
      return [try a.inverse().swappingAxes(-2, -1) * scale]
    }
    if a.isTraced || g.isTraced { throw .singularMatrix(operation: "det") }
    return [try Variable(try a.tensor().cofactors()) * g]
  }

  static let logDeterminant = Derivative.rule(keeping: .operands) { (step) throws(TensorError) in
    guard step.cotangents[1] != nil else { return [nil] }
    let g = try step.upstream(1).expanded(at: -1).expanded(at: -1)
    return [try step.operands[0].inverse().swappingAxes(-2, -1) * g]
  }

  /// Where the columns of `a` are independent, or its rows.
  static let leastSquares = Derivative.rule(keeping: .operands) { (step) throws(TensorError) in
    let attributes = step.attributes
    let results = step.results
    return try step.pullback.through { (operands) throws(TensorError) in
      let (a, b) = (operands[0], operands[1])
      let x = try a.pseudoInverse(cutoff: attributes.optionalFloat(2)).matmul(b)
      guard attributes.bool(3) else { return [x] }
      let misses = try Variable.elementwise(.square, try a.matmul(x) - b)
      let residuals =
        results[1].shape.count == 0
        ? results[1]
        : try misses.sum(axes: [b.rank == 1 ? -1 : -2]).reshaped(to: results[1].shape)
      return [x, residuals, results[2], try a.singularValues()]
    }
  }
}

extension Variable {
  fileprivate func outer(_ other: Variable) throws(TensorError) -> Variable {
    let column = try asTensor().reshaped(to: [shape.count, 1])
    return try column.matmul(try other.asTensor().reshaped(to: [1, other.shape.count]))
  }

  /// The last two axes exchanged.
  var matrixTranspose: Variable {
    get throws(TensorError) { try swappingAxes(-2, -1) }
  }

  /// The x with `self @ x == b`.
  func solve(_ b: Variable) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "solve",
      evaluate: { (operands) throws(TensorError) in
        let a = try Variable.plain(operands[0]).tensor()
        return [.tensor(try a.solve(try Variable.plain(operands[1]).tensor()))]
      },
      rule: { (step) throws(TensorError) in
        let ofB = try step.operands[0].matrixTranspose.solve(try step.upstream())
        guard step.isWanted[0] else { return [nil, ofB] }
        let isVector = step.operands[1].rank == 1
        let left = isVector ? try ofB.expanded(at: -1) : ofB
        let right = isVector ? try step.results[0].expanded(at: -1) : step.results[0]
        return [try -(left.matmul(try right.matrixTranspose)), ofB]
      })
    return try primitive(self, b)
  }

  func inverse() throws(TensorError) -> Variable {
    let primitive = Primitive(
      "inv", keeping: .results,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try Variable.plain(operands[0]).tensor().inverse())]
      },
      rule: { (step) throws(TensorError) in
        let adjoint = try step.results[0].matrixTranspose
        return [try -(adjoint.matmul(try step.cotangent.matmul(adjoint)))]
      })
    return try primitive(self)
  }

  /// Where the rank does not change.
  func pseudoInverse(cutoff: Double?) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "pinv",
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try Variable.plain(operands[0]).tensor().pseudoInverse(cutoff: cutoff))]
      },
      rule: { (step) throws(TensorError) in
        let (a, p) = (step.operands[0], step.results[0])
        let (pT, gT) = (try p.matrixTranspose, try step.cotangent.matrixTranspose)
        // -pᵀ g pᵀ + (1 - a p) gᵀ p pᵀ + pᵀ p gᵀ (1 - p a)
        let left = try gT.matmul(try p.matmul(pT))
        let right = try pT.matmul(p).matmul(gT)
        let first = try pT.matmul(try step.cotangent.matmul(pT))
        let second = try left - a.matmul(try p.matmul(left))
        let third = try right - right.matmul(p).matmul(a)
        return [try second + third - first]
      })
    return try primitive(self)
  }

  func singularValues() throws(TensorError) -> Variable {
    let primitive = Primitive(
      "svdvals", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try Variable.plain(operands[0]).tensor().singularValues())]
      },
      rule: { (step) throws(TensorError) in
        let parts = try step.operands[0].singularDecomposition()
        let scaled = try parts.u * step.upstream().expanded(at: -2)
        return [try scaled.matmul(parts.vh)]
      })
    return try primitive(self)
  }
}

extension Tensor {
  /// What the derivative of the determinant is: the cofactors, by the singular values, which may be
  /// 0.
  fileprivate func cofactors() throws(TensorError) -> Tensor {
    let (u, s, vh) = try svd()
    let n = s.shape[s.rank - 1]
    let values = try s.toDoubles()
    var others = [Double](repeating: 1, count: values.count)
    for start in stride(from: 0, to: values.count, by: max(n, 1)) {
      for skipped in 0..<n {
        for index in 0..<n where index != skipped {
          others[start + skipped] *= values[start + index]
        }
      }
    }
    let signs = try Tensor.elementwise(.multiply, try u.determinant(), try vh.determinant())
    let products = try Tensor(others, shape: s.shape).cast(to: s.dtype)
    let scale = try Tensor.elementwise(.multiply, products, try signs.expanded(at: -1))
    return try Tensor.elementwise(.multiply, u, try scale.expanded(at: -2)).matmul(vh)
  }
}
