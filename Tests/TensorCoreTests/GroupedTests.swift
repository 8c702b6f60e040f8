import TensorCore
import Testing

/// Products of rows with the matrix of their group, against sums in f64 in the order of depth.
@Suite(.serialized) struct GroupedTests {
  /// Rows of each group: none, one, fewer and more than a tile and than a block.
  private static let counts = [0, 1, 7, 0, 16, 33, 270]
  private static let sizes = [(5, 3), (16, 64), (31, 1), (64, 130), (150, 33), (1, 17)]

  private struct Case {
    let groups: RowGroups
    let x: Tensor
    let w: Tensor
    let g: Tensor

    init(_ size: (Int, Int), _ dtype: DType) throws {
      let counts = GroupedTests.counts
      let rows = counts.reduce(0, +)
      func scattered(_ shape: [Int], _ step: Int) throws -> Tensor {
        let count = shape.reduce(1, *)
        return try tensor(
          (0..<count).map { Double(($0 * step + 11) % 101) / 50 - 1 }, shape, dtype)
      }
      groups = try RowGroups(counts: try integers(counts), rows: rows, operation: "test")
      x = try scattered([rows, size.0], 37)
      w = try scattered([counts.count, size.0, size.1], 53)
      g = try scattered([rows, size.1], 71)
    }

    /// The three products one multiplication at a time.
    func plain() throws -> [[Double]] {
      let (x, w, g) = (try x.toDoubles(), try w.toDoubles(), try g.toDoubles())
      let (inner, outer) = (self.w.shape[1], self.w.shape[2])
      var y = [Double](repeating: 0, count: g.count)
      var gx = [Double](repeating: 0, count: x.count)
      var gw = [Double](repeating: 0, count: w.count)
      for group in 0..<groups.starts.count - 1 {
        for row in groups.starts[group]..<groups.starts[group + 1] {
          for k in 0..<inner {
            for n in 0..<outer {
              let place = (group * inner + k) * outer + n
              y[row * outer + n] += x[row * inner + k] * w[place]
              gx[row * inner + k] += g[row * outer + n] * w[place]
              gw[place] += x[row * inner + k] * g[row * outer + n]
            }
          }
        }
      }
      return [y, gx, gw]
    }

    func grouped() throws -> [Tensor] {
      [
        try groups.product(x, w), try groups.transposedProduct(g, w),
        try groups.outerProducts(x, g),
      ]
    }
  }

  private func check(_ dtype: DType, tolerance: Double) throws {
    for size in Self.sizes {
      let example = try Case(size, dtype)
      for (found, wanted) in zip(try example.grouped(), try example.plain()) {
        #expect(found.dtype == dtype)
        let values = try found.toDoubles()
        #expect(values.count == wanted.count)
        let error = zip(values, wanted).map { abs($0 - $1) }.max() ?? 0
        #expect(error <= tolerance, "\(size), \(dtype.name), \(found.shape)")
      }
    }
  }

  @Test(arguments: [0, 1, 2]) func everyInstructionSetGivesTheSums(_ level: Int) throws {
    defer { _ = Kernels.limitInstructionSet(to: 2) }
    _ = Kernels.limitInstructionSet(to: level)
    try check(.f32, tolerance: 1e-4)
    try check(.f64, tolerance: 1e-12)
  }

  @Test func matricesOfBF16AreReadAsTheyAre() throws {
    for size in Self.sizes {
      let example = try Case(size, .f32)
      let narrow = try example.w.cast(to: .bf16)
      let wide = try narrow.cast(to: .f32)
      let found = try example.groups.product(example.x, narrow)
      #expect(found.dtype == .f32)
      #expect(try found.toDoubles() == example.groups.product(example.x, wide).toDoubles())
      let back = try example.groups.transposedProduct(example.g, narrow)
      #expect(try back.toDoubles() == example.groups.transposedProduct(example.g, wide).toDoubles())
    }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let threads = Kernels.threadCount
    defer { Kernels.threadCount = threads }
    for size in Self.sizes {
      let example = try Case(size, .f32)
      Kernels.threadCount = 1
      let one = try example.grouped().map { try $0.toDoubles() }
      Kernels.threadCount = 4
      #expect(try example.grouped().map { try $0.toDoubles() } == one)
    }
  }

  @Test func groupsWithoutRowsHaveNoDerivative() throws {
    let example = try Case((16, 64), .f32)
    let empty = try example.groups.outerProducts(example.x, example.g).selecting(3, axis: 0)
    #expect(try empty.toDoubles().allSatisfy { $0 == 0 })
  }

  @Test func sizesOfZeroGiveZeros() throws {
    let groups = try RowGroups(counts: try integers([1, 2]), rows: 3, operation: "test")
    let y = try groups.product(
      try Tensor.zeros(Shape([3, 0]), .f32), try Tensor.zeros(Shape([2, 0, 4]), .f32))
    #expect(y.shape == Shape([3, 4]))
    #expect(try y.toDoubles() == [Double](repeating: 0, count: 12))
    let gx = try groups.transposedProduct(
      try Tensor.zeros(Shape([3, 0]), .f32), try Tensor.zeros(Shape([2, 4, 0]), .f32))
    #expect(try gx.toDoubles() == [Double](repeating: 0, count: 12))
  }

  @Test func rowsAreAddedInOrderOnAnyThreads() throws {
    let threads = Kernels.threadCount
    defer { Kernels.threadCount = threads }
    let rows = try counting([400, 700], .f32)
    let segments = try integers((0..<400).map { $0 * 7 % 13 })
    Kernels.threadCount = 1
    let one = try rows.segmentSum(segments, count: 13).toDoubles()
    Kernels.threadCount = 4
    #expect(try rows.segmentSum(segments, count: 13).toDoubles() == one)
    // Every element is a whole number below 2²⁴: sums are exact in any order.
    var plain = [Double](repeating: 0, count: 13 * 700)
    for row in 0..<400 {
      for column in 0..<700 { plain[row * 7 % 13 * 700 + column] += Double(row * 700 + column) }
    }
    #expect(one == plain)
  }
}
