import TensorCore
import Testing

/// Indexing and assignment; expected values from NumPy on `a = np.arange(24).reshape(2, 3, 4)`.
@Suite struct IndexingTests {
  let a: Tensor
  let all = IndexComponent.slice(start: nil, stop: nil, step: 1)

  init() throws { a = try counting([2, 3, 4]) }

  private func expect(
    _ components: [IndexComponent], _ shape: [Int], _ values: [Int],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try a.indexed(by: components)
    #expect(result.shape == Shape(shape), sourceLocation: location)
    #expect(try result.toInts() == values, sourceLocation: location)
  }

  private func positions(_ values: [Int], _ shape: [Int]? = nil) throws -> IndexComponent {
    .integers(try integers(values, shape))
  }

  @Test func integersAndSlicesGiveViews() throws {
    try expect([.index(1), all, .index(-1)], [3], [15, 19, 23])
    try expect(
      [.ellipsis, .slice(start: nil, stop: nil, step: -2)], [2, 3, 2],
      [3, 1, 7, 5, 11, 9, 15, 13, 19, 17, 23, 21])
    try expect([all, .slice(start: 1, stop: 3, step: 1), .index(1)], [2, 2], [5, 9, 17, 21])
    try expect(
      [.index(-1), .newAxis, .slice(start: 0, stop: 2, step: 1), .ellipsis], [1, 2, 4],
      [12, 13, 14, 15, 16, 17, 18, 19])
    #expect(try a.indexed(by: [.index(1), all]).storage === a.storage)
  }

  @Test func slicesClampTheirBounds() throws {
    let x = try integers([0, 1, 2, 3, 4])
    let cases: [(Int?, Int?, Int, [Int])] = [
      (nil, 99, 1, [0, 1, 2, 3, 4]), (-99, 2, 1, [0, 1]), (3, 1, 1, []), (4, nil, -2, [4, 2, 0]),
      (nil, nil, -1, [4, 3, 2, 1, 0]), (1, -99, -1, [1, 0]), (99, 2, -1, [4, 3]), (7, 9, 1, []),
      (-1, nil, 1, [4]), (0, nil, Int.max, [0]), (nil, nil, -Int.max, [4]),
    ]
    for (start, stop, step, values) in cases {
      let result = try x.indexed(by: [.slice(start: start, stop: stop, step: step)])
      #expect(
        try result.toInts() == values,
        "\(String(describing: start)):\(String(describing: stop)):\(step)")
    }
  }

  @Test func integerTensorsPick() throws {
    try expect(
      [all, try positions([2, 0])], [2, 2, 4],
      [8, 9, 10, 11, 0, 1, 2, 3, 20, 21, 22, 23, 12, 13, 14, 15])
    try expect(
      [all, try positions([0, 2], [2, 1]), try positions([2, 0])], [2, 2, 2],
      [2, 0, 10, 8, 14, 12, 22, 20])
    try expect(
      [.ellipsis, try positions([0, 2], [2, 1])], [2, 3, 2, 1],
      [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22])
    try expect([try positions([-1])], [1, 3, 4], Array(12..<24))
  }

  @Test func separatedPicksComeFirst() throws {
    try expect(
      [try positions([0, 1]), all, try positions([2, 0])], [2, 3], [2, 6, 10, 12, 16, 20])
    try expect([.index(0), all, try positions([2, 0])], [2, 3], [2, 6, 10, 0, 4, 8])
    try expect([all, .index(0), try positions([2, 0])], [2, 2], [2, 0, 14, 12])
    try expect(
      [try positions([0, 1]), .newAxis, try positions([2, 0])], [2, 1, 4],
      [8, 9, 10, 11, 12, 13, 14, 15])
  }

  @Test func masksPick() throws {
    let mask = try Tensor([true, false, true, false, true, false], shape: Shape([2, 3]))
    try expect([.mask(mask)], [3, 4], [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19])
    try expect([.mask(mask), .index(0)], [3], [0, 8, 16])
    try expect(
      [all, .mask(try Tensor([true, false, true]))], [2, 2, 4],
      [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23])
    let fives = try Tensor.elementwise(
      .equal, .tensor(try Tensor.elementwise(.remainder, .tensor(a), .scalar(.int(5)))),
      .scalar(.int(0)))
    try expect([.mask(fives)], [5], [0, 5, 10, 15, 20])
    let transposed = try a.transposed().indexed(by: [.mask(try fives.transposed())])
    #expect(try transposed.toInts() == [0, 20, 5, 10, 15])
    try expect([.mask(try Tensor(scalar: .bool(true)))], [1, 2, 3, 4], Array(0..<24))
    try expect([.mask(try Tensor(scalar: .bool(false)))], [0, 2, 3, 4], [])
  }

  @Test func mistakesAreErrors() throws {
    func error(_ components: [IndexComponent]) -> TensorError? {
      failure { _ = try a.indexed(by: components) }
    }
    guard case .indexOutOfRange(2, 0, 2, _)? = error([.index(2)]),
      case .indexOutOfRange(-4, 1, 3, _)? = error([all, .index(-4)]),
      case .indexOutOfRange(3, 1, 3, _)? = error([all, try positions([0, 3])]),
      case .tooManyIndices(4, _)? = error([.index(0), .index(0), .index(0), .index(0)]),
      case .maskShape? = error([.mask(try Tensor([true, false, true]))]),
      case .indexDType(.f64)? = error([.integers(try tensor([0]))]),
      case .broadcast? = error([try positions([0, 1]), try positions([0, 1, 2])]),
      case .argument? = error([.slice(start: nil, stop: nil, step: 0)]),
      case .argument? = error([.ellipsis, .ellipsis]),
      case .rankTooHigh? = error(Array(repeating: .newAxis, count: 6))
    else {
      Issue.record("a wrong index was taken, or named wrongly")
      return
    }
  }

  @Test func assignsToViewsMasksAndPositions() throws {
    var x = a
    try x.assign(.scalar(.int(-1)), at: [try positions([0, 1]), all, try positions([2, 0])])
    #expect(
      try x.toInts() == [
        0, 1, -1, 3, 4, 5, -1, 7, 8, 9, -1, 11, -1, 13, 14, 15, -1, 17, 18, 19, -1, 21, 22, 23,
      ])
    #expect(try a.toInts() == Array(0..<24))
    x = a
    try x.assign(.tensor(try integers([1, 2, 3], [3, 1])), at: [.index(0)])
    #expect(try x.toInts() == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3] + Array(12..<24))
    var zeros = try Tensor.zeros(Shape([3]), .i64)
    try zeros.assign(.tensor(try integers([5, 6, 7])), at: [try positions([0, 0, 1])])
    #expect(try zeros.toInts() == [6, 7, 0])
    try zeros.assign(.scalar(.int(9)), at: [.mask(try Tensor([false, false, true]))])
    #expect(try zeros.toInts() == [6, 7, 9])
  }

  @Test func assignsInPlaceOnlyWhenUnique() throws {
    var x = try counting([1000])
    let address = x.pointer
    try x.assign(.scalar(.int(5)), at: [.index(0)])
    #expect(x.pointer == address)
    let other = x
    try x.assign(.scalar(.int(6)), at: [.index(0)])
    #expect(x.pointer != address)
    #expect(other.scalar(at: 0) == .int(5) && x.scalar(at: 0) == .int(6))
  }

  @Test func overlappingAssignmentReadsTheOldValues() throws {
    var x = try counting([5])
    let shifted = try x.indexed(by: [.slice(start: nil, stop: 4, step: 1)])
    try x.assign(.tensor(shifted), at: [.slice(start: 1, stop: nil, step: 1)])
    #expect(try x.toInts() == [0, 0, 1, 2, 3])
    var spread = try Tensor.zeros(Shape([1])).broadcast(to: Shape([3]))
    try spread.assign(.scalar(.int(1)), at: [.index(1)])
    #expect(try spread.toDoubles() == [0, 1, 0])
  }

  @Test func assignmentConvertsOnlyWithoutLoss() throws {
    var x = try counting([3])
    func error(_ value: Operand) -> TensorError? {
      var copy = x
      return failure { try copy.assign(value, at: [.index(0)]) }
    }
    guard case .valueOutOfRange? = error(.scalar(.float(1.5))),
      case .valueOutOfRange? = error(.scalar(.complex(Complex(0, 1)))),
      case .unsupportedDType? = error(.tensor(try tensor([1.0]))),
      case .assignment? = error(.tensor(try integers([1, 2])))
    else {
      Issue.record("a value that loses something was taken")
      return
    }
    try x.assign(.scalar(.float(7)), at: [.index(0)])
    #expect(try x.toInts() == [7, 1, 2])
  }
}
