import TensorCore
import Testing

/// Views, copies and casts.
@Suite struct ViewTests {
  @Test func reshapesInferOneSize() throws {
    let x = try counting([4, 6])
    #expect(try x.reshaped(to: [2, -1, 3]).shape == Shape([2, 4, 3]))
    #expect(try x.reshaped(to: [-1]).storage === x.storage)
    for sizes in [[5, 5], [-1, -1], [-1, 7], [-2, 12], [0, -1]] {
      guard case .reshape? = failure({ _ = try x.reshaped(to: sizes) }) else {
        Issue.record("\(sizes) was taken")
        continue
      }
    }
  }

  @Test func reshapesOfViewsAgreeWithReshapesOfCopies() throws {
    let x = try counting([4, 6, 5])
    let views = [
      x, try x.transposed(), try x.transposed([1, 0, 2]),
      x.slice(axis: 1, start: 0, count: 3, step: 2),
      try x.expanded(at: 1), x.slice(axis: 2, start: 4, count: 5, step: -1),
      try x.slice(axis: 0, start: 0, count: 1).broadcast(to: Shape([4, 6, 5])),
    ]
    for view in views {
      for sizes in [[-1], [view.shape[0], -1], [2, 2, -1], [-1, 5], [2, -1, 1]]
      where view.count % 10 == 0 {
        let copy = try view.copy()
        #expect(try view.reshaped(to: sizes).toInts() == copy.reshaped(to: sizes).toInts())
      }
    }
  }

  @Test func copiesOfTransposedTensorsAgreeElementByElement() throws {
    for sizes in [[3, 5], [70, 130], [5, 40, 33], [2, 3, 4, 5]] {
      let x = try counting(sizes)
      for dtype: DType in [.u8, .i32, .f64, .c128] where x.count < 256 || dtype != .u8 {
        let view = try x.cast(to: dtype).transposed()
        let copy = try view.copy()
        #expect(copy.isContiguous && copy.shape == view.shape)
        for index in stride(from: 0, to: view.count, by: 7) {
          #expect(copy.scalar(at: index) == view.scalar(at: index))
        }
      }
    }
  }

  @Test func broadcastingRepeats() throws {
    let column = try counting([3, 1])
    #expect(
      try column.broadcast(to: Shape([2, 3, 2])).toInts() == [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2])
    #expect(Shape([3, 1]).broadcast(with: Shape([4])) == Shape([3, 4]))
    #expect(Shape([3, 2]).broadcast(with: Shape([3])) == nil)
    #expect(Shape([0]).broadcast(with: Shape([1])) == Shape([0]))
    guard case .broadcast(_, _, 2)? = failure({ _ = try column.broadcast(to: Shape([3])) }) else {
      Issue.record("a column was broadcast to a vector")
      return
    }
  }

  @Test func axesComeAndGo() throws {
    let x = try counting([2, 1, 3])
    #expect(try x.squeezed().shape == Shape([2, 3]))
    #expect(try x.squeezed([1]).shape == Shape([2, 3]))
    #expect(try x.expanded(at: -1).shape == Shape([2, 1, 3, 1]))
    #expect(try x.transposed([2, 0, 1]).shape == Shape([3, 2, 1]))
    #expect(try x.swappingAxes(0, -1).shape == Shape([3, 1, 2]))
    #expect(failure { _ = try x.squeezed([0]) } != nil)
    #expect(failure { _ = try x.transposed([0, 1]) } != nil)
    #expect(failure { _ = try x.transposed([0, 1, 1]) } != nil)
  }

  @Test func castsTruncateAndRefuseWhatDoesNotFit() throws {
    #expect(try tensor([1.9, -1.9, 0.5]).cast(to: .i64).toInts() == [1, -1, 0])
    #expect(try tensor([0, 0.5, .nan]).cast(to: .bool).toBools() == [false, true, true])
    #expect(try tensor([255.9]).cast(to: .u8).toInts() == [255])
    #expect(try tensor([1e300]).cast(to: .f32).toDoubles() == [.infinity])
    #expect(
      try integers([1, 0]).cast(to: .c64).cast(to: .c128).scalar(at: 0) == .complex(Complex(1, 0)))
    let refused: [([Double], DType)] = [
      ([0, 256], .u8), ([-1], .u8), ([128], .i8), ([2_147_483_648], .i32), ([.nan], .i64),
      ([-.infinity], .i32), ([9.3e18], .i64),
    ]
    for (values, dtype) in refused {
      guard case .valueOutOfRange(_, dtype)? = failure({ _ = try tensor(values).cast(to: dtype) })
      else {
        Issue.record("\(values) became \(dtype)")
        continue
      }
    }
    guard case .unsupportedDType? = failure({ _ = try Tensor([Complex(1, 0)]).cast(to: .f64) })
    else {
      Issue.record("a complex number became real")
      return
    }
  }

  @Test func writingCopiesSharedStorage() throws {
    var x = try tensor([1, 2, 3])
    let y = x
    try x.withMutableElements(of: Double.self) { $0[0] = 9 }
    #expect(try x.toDoubles() == [9, 2, 3])
    #expect(try y.toDoubles() == [1, 2, 3])
  }

  @Test func sequencesHaveNumPysLengths() throws {
    func length(_ start: Scalar, _ stop: Scalar, _ step: Scalar) throws -> Int {
      try Tensor.sequence(from: start, to: stop, by: step).count
    }
    #expect(try length(.int(2), .int(10), .int(3)) == 3)
    #expect(try length(.int(10), .int(2), .int(-3)) == 3)
    #expect(try length(.int(2), .int(2), .int(1)) == 0)
    #expect(try length(.float(0), .float(1), .float(0.1)) == 10)
    #expect(try length(.int(0), .float(0.5), .int(1)) == 1)
    #expect(failure { _ = try length(.int(0), .int(1), .int(0)) } != nil)
    #expect(failure { _ = try length(.float(0), .float(.infinity), .float(1)) } != nil)
    let points = try Tensor.evenlySpaced(from: 0, to: 1, count: 11).toDoubles()
    #expect(points.last == 1 && points[3] == 0.30000000000000004)
  }
}
