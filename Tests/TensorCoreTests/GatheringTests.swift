import TensorCore
import Testing

@Suite struct GatheringTests {
  @Test func positionsOutsideAreNamed() throws {
    let x = try counting([2, 3])
    let error = failure { _ = try x.taking(integers([0, 3]), axis: 1) }
    if case .indexOutOfRange(3, 1, 3, let shape) = error {
      #expect(shape == Shape([2, 3]))
    } else {
      Issue.record("3 lies outside")
    }
    let kind = failure { _ = try x.taking(tensor([0]), axis: 1) }
    if case .indexDType(.f64) = kind {} else { Issue.record("a float is no position") }
    let hot = failure { _ = try integers([2]).oneHot(2) }
    if case .indexOutOfRange(2, _, 2, _) = hot {} else { Issue.record("2 of 2") }
  }

  @Test(arguments: DType.allCases) func everyElementSizeIsGathered(dtype: DType) throws {
    let x = try counting([4, 3], dtype)
    let rows = try x.taking(integers([2, 0, -1]), axis: 0)
    #expect(
      try rows.toDoubles()
        == [6, 7, 8, 0, 1, 2, 9, 10, 11].map { dtype == .bool ? min($0, 1) : $0 })
    let columns = try x.taking(integers([2]), axis: 1)
    #expect(try columns.toDoubles() == [2, 5, 8, 11].map { dtype == .bool ? min($0, 1) : $0 })
  }

  @Test func lengthsThatCannotBeAreErrors() throws {
    let x = try counting([3])
    let errors: [TensorError?] = [
      failure { _ = try x.repeated(-1) }, failure { _ = try x.tiled([-1]) },
      failure { _ = try x.padded([(-1, 0)], .edge) },
      failure { _ = try Tensor.zeros(Shape([0])).padded([(1, 0)], .edge) },
      failure { _ = try x.split(into: 2) }, failure { _ = try x.split(into: 0) },
      failure { _ = try Tensor.concatenated([]) }, failure { _ = try x.differences(order: -1) },
      failure { _ = try integers([-1]).bincount() }, failure { _ = try x.histogram(bins: 0) },
    ]
    for error in errors {
      if case .argument = error {} else { Issue.record("\(String(describing: error))") }
    }
    let huge: [TensorError?] = [
      failure { _ = try x.repeated(Int.max) }, failure { _ = try x.tiled([Int.max / 2]) },
      failure { _ = try x.padded([(Int.max, 1)], .wrap) },
      failure { _ = try integers([Int.max]).bincount() },
      failure { _ = try x.padded([(1 << 50, 0)], .reflect) },
      failure { _ = try x.repeated([1 << 50, 1, 1], axis: 0) },
    ]
    for error in huge {
      if case .outOfMemory = error {} else { Issue.record("\(String(describing: error))") }
    }
  }

  @Test func partsAreViewsOfTheWhole() throws {
    let x = try counting([6])
    #expect(try x.split(into: 3).map { try $0.toInts() } == [[0, 1], [2, 3], [4, 5]])
    #expect(try x.split(at: [1, -2, 9]).map { try $0.toInts() } == [[0], [1, 2, 3], [4, 5], []])
    #expect(try x.split(at: [4, 2]).map { try $0.toInts() } == [[0, 1, 2, 3], [], [2, 3, 4, 5]])
  }

  @Test func unequalPartsAreNamed() throws {
    let error = failure { _ = try Tensor.stacked([counting([2]), counting([2]), counting([3])]) }
    if case .unequalElements(0, _, 2, let second) = error {
      #expect("\(second)" == "i64[3]")
    } else {
      Issue.record("2 and 3 do not stack")
    }
  }

  @Test func joiningPromotes() throws {
    let joined = try Tensor.concatenated([integers([1]), tensor([0.5])])
    #expect(joined.formatted() == "f64[2] [1.  0.5]")
  }
}
