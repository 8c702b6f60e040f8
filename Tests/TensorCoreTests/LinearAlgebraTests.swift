import TensorCore
import Testing

@Suite(.serialized) struct LinearAlgebraTests {
  private func random(_ shape: [Int], seed: UInt64 = 1, dtype: DType = .f64) throws -> Tensor {
    var stream = PhiloxStream(seed: seed)
    return try stream.normal(Shape(shape), dtype: dtype)
  }

  /// The product by its definition.
  private func naive(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (x, y) = (try a.toDoubles(), try b.toDoubles())
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    var result = [Double](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        for l in 0..<k { result[i * n + j] += x[i * k + l] * y[l * n + j] }
      }
    }
    return try Tensor(result, shape: Shape([m, n]))
  }

  @Test func everyLayoutGivesTheSameProduct() throws {
    let a = try random([6, 5])
    let b = try random([5, 7], seed: 2)
    let expected = try naive(a, b)
    let wide = try random([12, 10])
    let views: [(Tensor, Tensor)] = [
      (try a.transposed().copy().transposed(), b),
      (a, try b.transposed().copy().transposed()),
      (try scattered(a), try scattered(b)),
      (try a.flipped([0]).copy().flipped([0]), try b.flipped([1]).copy().flipped([1])),
    ]
    for (left, right) in views { #expect(try agree(left.matmul(right), expected, atol: 1e-12)) }
    let even = wide.slice(axis: 0, start: 0, count: 6, step: 2).slice(
      axis: 1, start: 1, count: 5, step: 2)
    #expect(try agree(even.matmul(b), try naive(try even.copy(), b), atol: 1e-12))
    let row = try Tensor.ones(Shape([1, 5])).broadcast(to: Shape([6, 5]))
    #expect(try agree(row.matmul(b), try naive(try row.copy(), b), atol: 1e-12))
  }

  @Test func batchesAgreeWithSingleProducts() throws {
    for size in [3, 40, 130] {
      let a = try random([5, size, size], dtype: .f32)
      let b = try random([5, size, size], seed: 2, dtype: .f32)
      let product = try a.matmul(b)
      for index in 0..<5 {
        let single = try a.selecting(index, axis: 0).matmul(b.selecting(index, axis: 0))
        #expect(try agree(product.selecting(index, axis: 0), single, rtol: 1e-5, atol: 1e-4))
      }
    }
  }

  @Test func largeProductsGoInBlocks() throws {
    // More than 1.5 · 10⁹ multiply-adds, so several blocks along every side that is split.
    let a = try random([1300, 1100])
    let b = try random([1100, 1200], seed: 2)
    let product = try a.matmul(b)
    let ones = try Tensor.ones(Shape([1200]))
    let expected = try a.matmul(b.matmul(ones))
    #expect(try agree(product.matmul(ones), expected, atol: 1e-8))
  }

  @Test func integersAreExactOrAnError() throws {
    let large = try integers([1 << 40, 1], [1, 2])
    let product = try large.matmul(integers([1 << 22, 5], [2, 1]))
    #expect(try product.toInts() == [1 << 62 + 5])
    let over = failure { _ = try large.matmul(integers([1 << 23, 5], [2, 1])) }
    if case .integerOverflow = over {} else { Issue.record("2⁶³ is no Int") }
    let small = failure {
      _ = try integers([100, 100], [2], .i8).matmul(integers([1, 1], [2], .i8))
    }
    if case .integerOverflow = small {} else { Issue.record("200 is no i8") }
    // A sum beyond 64 bits on the way back into them.
    let back = try integers([1 << 62, 1 << 62, -(1 << 62)], [3]).matmul(integers([1, 1, 1], [3]))
    #expect(back.item() == .int(1 << 62))
    #expect(try Tensor([true, false]).matmul(Tensor([true, true])).item() == .bool(true))
  }

  @Test func shapesThatDoNotFitAreNamed() throws {
    let a = try counting([2, 3])
    let mismatch = failure { _ = try a.matmul(a) }
    guard case .contraction(let lhs, let rhs) = mismatch else {
      Issue.record("2 × 3 times 2 × 3 does not fit")
      return
    }
    #expect("\(lhs) \(rhs)" == "i64[2, 3] i64[2, 3]")
    let scalar = failure { _ = try a.matmul(Tensor(scalar: .int(2))) }
    if case .contraction = scalar {} else { Issue.record("rank 0 has no axis to contract") }
    let batch = failure { _ = try counting([2, 1, 1]).matmul(counting([3, 1, 1])) }
    if case .broadcast(_, _, let axis) = batch {
      #expect(axis == 3)
    } else {
      Issue.record("2 and 3")
    }
  }

  @Test func badMatricesAreErrors() throws {
    let singular = try tensor([1, 2, 2, 4], [2, 2])
    let failures: [(TensorError?, String)] = [
      (failure { _ = try singular.solve(tensor([1, 2])) }, "singularMatrix"),
      (failure { _ = try singular.inverse() }, "singularMatrix"),
      (failure { _ = try tensor([1, 2], [1, 2]).inverse() }, "notSquare"),
      (failure { _ = try tensor([1, 2], [1, 2]).determinant() }, "notSquare"),
      (
        failure { _ = try tensor([1, 0, 0, -1], [2, 2]).cholesky() },
        "notPositiveDefinite(minor: 2)"
      ),
      (failure { _ = try tensor([.nan, 0, 0, 1], [2, 2]).eigh() }, "argument"),
      (failure { _ = try tensor([.infinity, 1], [1, 2]).svd() }, "argument"),
      (failure { _ = try tensor([1]).qr() }, "wrongRank"),
      (failure { _ = try singular.solve(tensor([1, 2, 3])) }, "shapeMismatch"),
      (failure { _ = try singular.leastSquares(tensor([1, 2, 3])) }, "shapeMismatch"),
    ]
    for (error, name) in failures {
      let found = error.map { "\($0)" } ?? "no error"
      #expect(found.hasPrefix(name), "\(found) instead of \(name)")
    }
  }

  @Test func emptyMatricesHaveEmptyResults() throws {
    let none = try Tensor.zeros(Shape([0, 0]))
    #expect(try none.inverse().shape == Shape([0, 0]))
    #expect(try none.cholesky().shape == Shape([0, 0]))
    #expect(try none.eigh().values.shape == Shape([0]))
    #expect(try Tensor.zeros(Shape([3, 0])).qr(isComplete: true).q.shape == Shape([3, 3]))
    #expect(try Tensor.zeros(Shape([0, 3])).svd(isFull: true).vh.shape == Shape([3, 3]))
    #expect(try Tensor.zeros(Shape([3, 0])).leastSquares(tensor([1, 2, 3])).solution.count == 0)
  }

  @Test func longDecompositionsRunAside() throws {
    let a = try random([320, 320])
    let b = try random([320])
    let x = try a.solve(b)
    #expect(try agree(a.matmul(x), b, atol: 1e-8))
    let (q, r) = try a.qr()
    #expect(try agree(q.matmul(r), a, atol: 1e-10))
  }

  @Test func aWishToStopEndsLongWork() throws {
    let a = try random([900, 900])
    Interruption.request()
    defer { Interruption.clear() }
    for error in [
      failure { _ = try a.svd() }, failure { _ = try a.matmul(a) }, failure { _ = try a.sorted() },
      failure { _ = try a.solve(a) },
    ] {
      if case .interrupted = error {
      } else {
        Issue.record("not interrupted: \(String(describing: error))")
      }
    }
  }
}
