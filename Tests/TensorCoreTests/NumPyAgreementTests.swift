import TensorCore
import Testing

/// Operations on the cases of `Tests/Reference/core_cases.txt`, each on contiguous and on scattered
/// operands.
@Suite struct NumPyAgreementTests {
  /// An operation's results, and how near they must be.
  private struct Answer {
    var results: [Tensor]
    var rtol = 0.0
    var atol = 0.0
  }

  private static let cases = try? ReferenceCase.load("core_cases.txt")

  /// Those of streams are for `PhiloxTests`.
  static let operations: [String] =
    Set((cases ?? []).map(\.operation)).subtracting(["philox"]).sorted()

  @Test func hasCases() { #expect(NumPyAgreementTests.operations.count > 35) }

  @Test(arguments: operations) func agreesWithNumPy(operation: String) throws {
    let cases = try #require(NumPyAgreementTests.cases).filter { $0.operation == operation }
    for item in cases {
      for isScattered in [false, true] {
        let arguments = item.arguments.map { $0.contains("]:") ? $0 : "" }
        func operand(_ index: Int) throws -> Tensor {
          let plain = try ReferenceCase.tensor(arguments[index])
          return isScattered ? try scattered(plain) : plain
        }
        guard let answer = try answer(item, operand) else {
          if isScattered { continue }
          Issue.record("nothing computes \(operation)")
          return
        }
        for (result, expected) in zip(answer.results, item.results) {
          let wanted = try ReferenceCase.tensor(expected)
          #expect(
            try agree(result, wanted, rtol: answer.rtol, atol: answer.atol),
            "\(item.line)\nscattered: \(isScattered)\nfound \(result.formatted())\nwanted \(wanted.formatted())"
          )
        }
        #expect(answer.results.count == item.results.count)
      }
    }
  }

  private func answer(_ item: ReferenceCase, _ operand: (Int) throws -> Tensor) throws -> Answer? {
    try products(item, operand) ?? decompositions(item, operand) ?? ordering(item, operand)
      ?? rearranging(item, operand) ?? counting(item, operand)
  }

  private func products(_ item: ReferenceCase, _ operand: (Int) throws -> Tensor) throws -> Answer?
  {
    let result: Tensor
    switch item.operation {
    case "matmul": result = try operand(0).matmul(operand(1))
    case "outer": result = try operand(0).outer(operand(1))
    case "kron": result = try operand(0).kron(operand(1))
    case "trace": result = try operand(0).trace(offset: item.int(1))
    default: return nil
    }
    let isSingle = result.dtype == .f32 || result.dtype == .c64
    return Answer(results: [result], rtol: isSingle ? 1e-5 : 1e-13, atol: isSingle ? 1e-4 : 1e-12)
  }

  private func decompositions(_ item: ReferenceCase, _ operand: (Int) throws -> Tensor) throws
    -> Answer?
  {
    var results: [Tensor]
    switch item.operation {
    case "solve": results = [try operand(0).solve(operand(1))]
    case "inv": results = [try operand(0).inverse()]
    case "det": results = [try operand(0).determinant()]
    case "slogdet":
      let found = try operand(0).signLogDeterminant()
      results = [found.sign, found.logarithm]
    case "cholesky": results = [try operand(0).cholesky()]
    case "eigvalsh": results = [try operand(0).eigenvaluesHermitian()]
    case "eigh": results = [try checkedEigen(operand(0))]
    case "svdvals": results = [try operand(0).singularValues()]
    case "svd": results = [try checkedSingular(operand(0))]
    case "qr": results = [try checkedOrthogonal(operand(0))]
    case "pinv": results = [try operand(0).pseudoInverse()]
    case "lstsq": results = [try operand(0).leastSquares(operand(1)).solution]
    case "matrix_rank": results = [try operand(0).matrixRank()]
    case "norm":
      let order: Tensor.NormOrder = Double(item.arguments[1]).map { .power($0) } ?? .euclidean
      let axes = item.arguments[2] == "none" ? nil : try item.ints(2)
      results = [try operand(0).norm(order, axes: axes)]
    default: return nil
    }
    let isSingle = results[0].dtype == .f32 || results[0].dtype == .c64
    return Answer(results: results, rtol: isSingle ? 2e-4 : 1e-9, atol: isSingle ? 2e-4 : 1e-10)
  }

  /// The singular values, after a look at whether the factors give the matrix back.
  private func checkedSingular(_ a: Tensor) throws -> Tensor {
    let (u, s, vh) = try a.svd()
    let scaled = try Tensor.elementwise(
      .multiply, .tensor(u), .tensor(try s.cast(to: a.dtype).expanded(at: -2)))
    try expectNear(try scaled.matmul(vh), a)
    let full = try a.svd(isFull: true)
    try expectIdentity(full.u)
    try expectIdentity(full.vh)
    return s
  }

  private func checkedEigen(_ a: Tensor) throws -> Tensor {
    let (values, vectors) = try a.eigh()
    let scaled = try Tensor.elementwise(
      .multiply, .tensor(vectors), .tensor(try values.cast(to: a.dtype).expanded(at: -2)))
    try expectNear(try a.matmul(vectors), scaled)
    return values
  }

  private func checkedOrthogonal(_ a: Tensor) throws -> Tensor {
    let (q, r) = try a.qr()
    try expectNear(try q.matmul(r), a)
    try expectIdentity(q)
    let complete = try a.qr(isComplete: true)
    try expectNear(try complete.q.matmul(complete.r), a)
    try expectIdentity(complete.q)
    return try Tensor.elementwise(.abs, .tensor(try r.diagonal()))
  }

  private func expectNear(_ found: Tensor, _ expected: Tensor) throws {
    let isSingle = found.dtype == .f32 || found.dtype == .c64
    #expect(
      try agree(found, expected, rtol: isSingle ? 1e-4 : 1e-11, atol: isSingle ? 5e-4 : 1e-10))
  }

  /// Orthonormal columns, or rows when there are fewer.
  private func expectIdentity(_ q: Tensor) throws {
    let isTall = q.shape[0] >= q.shape[1]
    let adjoint = try Tensor.elementwise(
      .conj, .tensor(try q.transposed()))
    let product = isTall ? try adjoint.matmul(q) : try q.matmul(adjoint)
    let size = min(q.shape[0], q.shape[1])
    try expectNear(product, try Tensor.ones(Shape([size]), q.dtype).diagonalMatrix())
  }

  private func ordering(_ item: ReferenceCase, _ operand: (Int) throws -> Tensor) throws -> Answer?
  {
    switch item.operation {
    case "sort":
      return Answer(results: [
        try operand(0).sorted(axis: item.int(1), descending: item.int(2) == 1)
      ])
    case "argsort":
      return Answer(results: [
        try operand(0).argsorted(axis: item.int(1), descending: item.int(2) == 1)
      ])
    case "top_k":
      let found = try operand(0).topK(item.int(1), axis: item.int(2))
      return Answer(results: [found.values, found.indices])
    case "unique":
      let found = try operand(0).unique()
      return Answer(results: [found.values, found.indices, found.inverse, found.counts])
    case "searchsorted":
      return Answer(results: [
        try operand(0).searchSorted(operand(1), afterEqual: item.int(2) == 1)
      ])
    case "isin": return Answer(results: [try operand(0).isIn(operand(1))])
    case "argwhere": return Answer(results: [try operand(0).argwhere()])
    default: return nil
    }
  }

  private func rearranging(_ item: ReferenceCase, _ operand: (Int) throws -> Tensor) throws
    -> Answer?
  {
    let result: Tensor
    switch item.operation {
    case "flip": result = try operand(0).flipped(item.ints(1))
    case "roll":
      if let axis = item.optionalInt(2) {
        result = try operand(0).rolled(by: item.int(1), axis: axis)
      } else {
        result = try operand(0).rolled(by: item.int(1))
      }
    case "move_axis": result = try operand(0).movingAxis(item.int(1), to: item.int(2))
    case "concat", "stack":
      let tensors = try (1..<item.arguments.count).map { try operand($0) }
      result =
        item.operation == "concat"
        ? try Tensor.concatenated(tensors, axis: item.int(0))
        : try Tensor.stacked(tensors, axis: item.int(0))
    case "repeat": result = try operand(0).repeated(item.ints(1), axis: item.optionalInt(2))
    case "tile": result = try operand(0).tiled(item.ints(1))
    case "take": result = try operand(0).taking(operand(1), axis: item.int(2))
    case "take_along_axis": result = try operand(0).takingAlongAxis(operand(1), axis: item.int(2))
    case "diagonal": result = try operand(0).diagonal(offset: item.int(1))
    case "tril": result = try operand(0).lowerTriangle(offset: item.int(1))
    case "triu": result = try operand(0).upperTriangle(offset: item.int(1))
    case "diag": result = try operand(0).diagonalMatrix(offset: item.int(1))
    case "pad":
      let widths = try item.ints(1)
      let modes: [String: Tensor.Padding] = [
        "constant": .constant(.int(0)), "edge": .edge, "reflect": .reflect,
        "symmetric": .symmetric, "wrap": .wrap,
      ]
      let pairs = stride(from: 0, to: widths.count, by: 2).map { (widths[$0], widths[$0 + 1]) }
      result = try operand(0).padded(pairs, try #require(modes[item.arguments[2]]))
    default: return nil
    }
    return Answer(results: [result])
  }

  private func counting(_ item: ReferenceCase, _ operand: (Int) throws -> Tensor) throws -> Answer?
  {
    switch item.operation {
    case "diff":
      return Answer(
        results: [try operand(0).differences(order: item.int(1), axis: item.int(2))], atol: 1e-6)
    case "bincount": return Answer(results: [try operand(0).bincount(minimumLength: item.int(1))])
    case "histogram_edges": return Answer(results: [try operand(0).histogram(edges: operand(1))])
    case "histogram":
      let found = try operand(0).histogram(bins: item.int(1))
      return Answer(results: [found.counts, found.edges], rtol: 1e-15)
    case "one_hot": return Answer(results: [try operand(0).oneHot(item.int(1))])
    default: return nil
    }
  }
}
