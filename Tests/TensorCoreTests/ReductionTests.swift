import TensorCore
import Testing

/// Reductions; expected values from NumPy on `b = np.array([[1, 5, 2], [7, 0, 3]])`.
@Suite struct ReductionTests {
  let b: Tensor

  init() throws { b = try integers([1, 5, 2, 7, 0, 3], [2, 3]) }

  @Test func reducesOverAxes() throws {
    #expect(try b.reduced(.sum, axes: [0]).toInts() == [8, 5, 5])
    #expect(try b.reduced(.sum, axes: [-1]).toInts() == [8, 10])
    #expect(try b.reduced(.sum, axes: [0, 1]).item() == .int(18))
    #expect(try b.reduced(.product).item() == .int(0))
    #expect(try b.reduced(.mean, axes: [0]).toDoubles() == [4, 2.5, 2.5])
    #expect(try b.reduced(.max, axes: [0]).toInts() == [7, 5, 3])
    #expect(try b.reduced(.min).item() == .int(0))
    #expect(try b.reduced(.any, axes: [0]).toBools() == [true, true, true])
    #expect(try b.reduced(.all, axes: [0]).toBools() == [true, false, true])
    #expect(try b.reduced(.countNonzero).item() == .int(5))
    #expect(try b.reduced(.sum, axes: [1], keepingAxes: true).shape == Shape([2, 1]))
    #expect(try b.reduced(.sum, keepingAxes: true).shape == Shape([1, 1]))
    #expect(try b.reduced(.sum, axes: []).toInts() == [1, 5, 2, 7, 0, 3])
  }

  @Test func varianceAndPositions() throws {
    #expect(try b.variance().item() == .float(5.666666666666667))
    let deviation = try b.standardDeviation(axes: [1], correction: 1).toDoubles()
    #expect(unitsInLastPlace(deviation[0], 2.081665999466133, .f64) <= 2)
    #expect(unitsInLastPlace(deviation[1], 3.5118845842842465, .f64) <= 2)
    #expect(try b.extremePosition(largest: true, axis: 1).toInts() == [1, 0])
    #expect(try b.extremePosition(largest: true, axis: 0).toInts() == [1, 0, 1])
    #expect(try b.extremePosition(largest: false).item() == .int(4))
    #expect(try b.accumulated(products: false, axis: 1).toInts() == [1, 6, 8, 7, 7, 10])
    #expect(try b.accumulated(products: true, axis: 0).toInts() == [1, 5, 2, 7, 0, 6])
    #expect(try b.accumulated(products: false).toInts() == [1, 6, 8, 15, 15, 18])
  }

  @Test func dtypesAreNumPys() throws {
    let expected: [(Reduction, DType, DType)] = [
      (.sum, .bool, .i64), (.sum, .u8, .i64), (.sum, .i32, .i64), (.sum, .f32, .f32),
      (.sum, .c64, .c64), (.mean, .i32, .f64), (.mean, .f32, .f32), (.max, .u8, .u8),
      (.any, .f64, .bool), (.countNonzero, .f32, .i64), (.product, .i8, .i64),
    ]
    for (reduction, dtype, result) in expected {
      let x = try Tensor.ones(Shape([4, 5]), dtype)
      #expect(try x.reduced(reduction).dtype == result, "\(reduction) of \(dtype)")
      #expect(try x.reduced(reduction, axes: [0]).dtype == result, "\(reduction) of \(dtype)")
      #expect(try x.reduced(reduction, axes: [1]).dtype == result, "\(reduction) of \(dtype)")
    }
  }

  /// Every layout of a rank-4 tensor against the plain sum over indices.
  @Test func everyAxisSubsetAndOrderAgreesWithThePlainSum() throws {
    let x = try counting([3, 4, 17, 5], .f64)
    for order in [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0], [1, 0, 3, 2]] {
      let view = try x.transposed(order)
      for mask in 0..<16 {
        let axes = (0..<4).filter { mask >> $0 & 1 == 1 }
        let result = try view.reduced(.sum, axes: axes)
        var expected = Array(repeating: 0.0, count: result.count)
        let kept = (0..<4).filter { !axes.contains($0) }
        for index in 0..<view.count {
          var rest = index
          var coordinates = [0, 0, 0, 0]
          for axis in (0..<4).reversed() {
            coordinates[axis] = rest % view.shape[axis]
            rest /= view.shape[axis]
          }
          let target = kept.reduce(0) { $0 * view.shape[$1] + coordinates[$1] }
          if case .float(let value) = view.scalar(at: index) { expected[target] += value }
        }
        #expect(try result.toDoubles() == expected, "order \(order), axes \(axes)")
      }
    }
  }

  @Test func sumsOfManyFloatsAreAccurate() throws {
    // 0.1 in f32, ten million times: a running f32 sum is off by a tenth of it.
    let x = try Tensor.full(Shape([10_000_000]), .float(0.1), .f32)
    guard case .float(let sum) = try x.reduced(.sum).item() else { return }
    #expect(abs(sum - 1_000_000.0149) < 0.1)
    let columns = try x.reshaped(to: [1_000_000, 10])
    for value in try columns.reduced(.sum, axes: [0]).toDoubles() {
      #expect(abs(value - 100_000.00149) < 0.01)
    }
    let halves = try Tensor.evaluate(
      FusedExpression(leafCount: 2, steps: [FusedStep(.multiply, 0, 1)]),
      leaves: [.tensor(x), .scalar(.float(0.5))], reducing: .sum)
    guard case .float(let half) = halves.item() else { return }
    #expect(abs(half - 500_000.00745) < 0.05)
  }

  @Test func sumsOfIntegersDoNotWrap() throws {
    let x = try integers([Int.max, Int.max, -Int.max, -Int.max, 7])
    #expect(try x.reduced(.sum).item() == .int(7))
    let large = try integers([Int.max, 1])
    guard case .integerOverflow? = failure({ _ = try large.reduced(.sum) }),
      case .integerOverflow? = failure({ _ = try large.accumulated(products: false) }),
      case .integerOverflow? = failure({ _ = try integers([1 << 40, 1 << 40]).reduced(.product) })
    else {
      Issue.record("an overflow was not seen")
      return
    }
    #expect(try integers([1 << 40, 1 << 40, 0]).reduced(.product).item() == .int(0))
    #expect(try Tensor.full(Shape([1000]), .int(255), .u8).reduced(.sum).item() == .int(255_000))
  }

  @Test func naNWins() throws {
    for position in [0, 5, 63, 64, 200] {
      var values = Array(repeating: 1.0, count: 201)
      values[position] = .nan
      let x = try tensor(values)
      guard case .float(let largest) = try x.reduced(.max).item() else { return }
      #expect(largest.isNaN)
      #expect(try x.extremePosition(largest: true).item() == .int(position))
      #expect(try x.extremePosition(largest: false).item() == .int(position))
    }
  }

  @Test func nothingHasASumButNoExtreme() throws {
    let empty = try Tensor.zeros(Shape([0, 3]))
    #expect(try empty.reduced(.sum).item() == .float(0))
    #expect(try empty.reduced(.product).item() == .float(1))
    #expect(try empty.reduced(.all).item() == .bool(true))
    #expect(try empty.reduced(.sum, axes: [0]).toDoubles() == [0, 0, 0])
    #expect(try empty.reduced(.max, axes: [1]).shape == Shape([0]))
    guard case .emptyReduction? = failure({ _ = try empty.reduced(.max) }),
      case .emptyReduction? = failure({ _ = try empty.extremePosition(largest: true, axis: 0) })
    else {
      Issue.record("an extreme of nothing was found")
      return
    }
    guard case .float(let mean) = try empty.reduced(.mean).item() else { return }
    #expect(mean.isNaN)
  }

  @Test func wrongAxesAreErrors() throws {
    guard case .axisOutOfRange(2, 2)? = failure({ _ = try b.reduced(.sum, axes: [2]) }),
      case .duplicateAxis? = failure({ _ = try b.reduced(.sum, axes: [0, -2]) }),
      case .axisOutOfRange? = failure({ _ = try b.extremePosition(largest: true, axis: -3) })
    else {
      Issue.record("a wrong axis was taken")
      return
    }
  }
}
