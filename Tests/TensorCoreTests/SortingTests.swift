import TensorCore
import Testing

@Suite struct SortingTests {
  @Test func notANumberComesLastEitherWay() throws {
    let x = try tensor([2, .nan, -.infinity, 1, .infinity])
    #expect(try x.sorted().formatted() == "f64[5] [-inf   1.   2.  inf  nan]")
    #expect(try x.sorted(descending: true).formatted() == "f64[5] [ inf   2.   1. -inf  nan]")
    #expect(try x.argsorted(descending: true).toInts() == [4, 0, 3, 2, 1])
  }

  @Test func equalElementsKeepTheirOrder() throws {
    let x = try tensor([1, 0, -0.0, 1, 0])
    #expect(try x.argsorted().toInts() == [1, 2, 4, 0, 3])
    #expect(try x.argsorted(descending: true).toInts() == [0, 3, 1, 2, 4])
    #expect(try x.topK(3).indices.toInts() == [0, 3, 1])
    #expect(try x.topK(2, largest: false).indices.toInts() == [1, 2])
  }

  @Test(arguments: DType.allCases) func everyLengthSorts(dtype: DType) throws {
    var stream = PhiloxStream(seed: 4)
    for length in [0, 1, 2, 47, 48, 49, 50, 255, 256, 257, 1000] {
      let high = dtype == .bool ? 2 : 100
      let drawn = try stream.integers(0, high, Shape([length])).cast(to: dtype)
      let sorted = try drawn.sorted()
      let expected = try drawn.toDoubles().sorted()
      #expect(try sorted.toDoubles() == expected)
      #expect(try drawn.taking(drawn.argsorted(), axis: 0).toDoubles() == expected)
    }
  }

  @Test func extremesOfIntegersKeepTheirPlaces() throws {
    let x = try integers([Int.max, 0, Int.min, -1])
    #expect(try x.sorted().toInts() == [Int.min, -1, 0, Int.max])
    #expect(try x.sorted(descending: true).toInts() == [Int.max, 0, -1, Int.min])
  }

  @Test func whatCannotBeSortedIsAnError() throws {
    let scalar = failure { _ = try Tensor(scalar: .int(1)).sorted() }
    if case .wrongRank = scalar {} else { Issue.record("rank 0 has no axis") }
    let axis = failure { _ = try integers([1]).sorted(axis: 1) }
    if case .axisOutOfRange(1, 1) = axis {} else { Issue.record("axis 1 of rank 1") }
    let k = failure { _ = try integers([1]).topK(2) }
    if case .argument(_, "k", "2", _) = k {} else { Issue.record("2 of 1") }
  }
}
