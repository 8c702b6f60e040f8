import TensorCore
import Testing

/// Arithmetic on each dtype: values as NumPy gives them, and errors where NumPy wraps.
@Suite struct ElementwiseTests {
  @Test func integersDivideTowardsMinusInfinity() throws {
    let x = try integers([7, -7, 7, -7])
    let y = try integers([2, 2, -2, -2])
    #expect(try Tensor.elementwise(.floorDivide, x, y).toInts() == [3, -4, -4, 3])
    #expect(try Tensor.elementwise(.remainder, x, y).toInts() == [1, 1, -1, -1])
  }

  @Test func floatsDivideTowardsMinusInfinity() throws {
    let x = try tensor([7.5, -7.5, 7.5, -7.5, .infinity, 1, -1, 0, -6])
    let y = try tensor([2, 2, -2, -2, 2, .infinity, .infinity, 0, 3])
    let quotients = try Tensor.elementwise(.floorDivide, x, y).toDoubles()
    let remainders = try Tensor.elementwise(.remainder, x, y).toDoubles()
    let expectedQuotients = [3.0, -4.0, -4.0, 3.0, .nan, 0.0, -1.0, .nan, -2.0]
    let expectedRemainders = [1.5, 0.5, -0.5, -1.5, .nan, 1.0, .infinity, .nan, 0.0]
    for index in 0..<9 {
      #expect(unitsInLastPlace(quotients[index], expectedQuotients[index], .f64) == 0)
      #expect(unitsInLastPlace(remainders[index], expectedRemainders[index], .f64) == 0)
    }
  }

  @Test func divisionOfIntegersByZeroIsAnError() throws {
    let x = try integers([1, 2])
    for operation: ElementwiseOperation in [.floorDivide, .remainder] {
      let error = failure { _ = try Tensor.elementwise(operation, .tensor(x), .scalar(.int(0))) }
      guard case .divisionByZero? = error else {
        Issue.record("\(operation) gave \(String(describing: error))")
        continue
      }
    }
    #expect(
      try Tensor.elementwise(.divide, x, try integers([0, 2])).toDoubles() == [.infinity, 1])
  }

  @Test(arguments: [DType.u8, .i8, .i32, .i64]) func wrappingIsAnError(dtype: DType) throws {
    let limits: [DType: Int] = [.u8: 255, .i8: 127, .i32: 2_147_483_647, .i64: Int.max]
    let largest = try #require(limits[dtype])
    // Long enough for the vector loop; the failing element is the last.
    let x = try integers(Array(repeating: 0, count: 100) + [largest], nil, dtype)
    for (operation, scalar): (ElementwiseOperation, Int) in [
      (.add, 1), (.multiply, 2), (.power, 2),
    ] {
      let error = failure {
        _ = try Tensor.elementwise(operation, .tensor(x), .scalar(.int(scalar)))
      }
      guard case .integerOverflow? = error else {
        Issue.record("\(operation) on \(dtype) gave \(String(describing: error))")
        continue
      }
    }
    #expect(try Tensor.elementwise(.subtract, x, x).toInts() == Array(repeating: 0, count: 101))
  }

  @Test func productsNearTheLimitAreExact() throws {
    let x = try integers([3_037_000_499, -3_037_000_500, 1 << 40, -(1 << 31)])
    let y = try integers([3_037_000_499, 3_037_000_499, 1 << 22, 1 << 32])
    #expect(
      try Tensor.elementwise(.multiply, x, y).toInts()
        == [9_223_372_030_926_249_001, -9_223_372_033_963_249_500, 1 << 62, Int.min])
  }

  @Test func negativeExponentsOfIntegersAreAnError() throws {
    let x = try integers([2, 3])
    let error = failure { _ = try Tensor.elementwise(.power, .tensor(x), .scalar(.int(-1))) }
    guard case .argument(_, let name, _, _)? = error else {
      Issue.record("gave \(String(describing: error))")
      return
    }
    #expect(name == "exponent")
    #expect(try Tensor.elementwise(.power, .tensor(x), .scalar(.float(-1))).dtype == .f64)
  }

  @Test func extremesKeepNaN() throws {
    let x = try tensor([1, .nan, 3])
    let y = try tensor([.nan, 2, 2])
    let largest = try Tensor.elementwise(.maximum, x, y).toDoubles()
    #expect(largest[0].isNaN && largest[1].isNaN && largest[2] == 3)
    let clipped = try Tensor.elementwise(
      .clip, .tensor(x), .scalar(.int(0)), .scalar(.int(2))
    ).toDoubles()
    #expect(clipped[0] == 1 && clipped[1].isNaN && clipped[2] == 2)
  }

  @Test func complexArithmeticIsExactOnSmallNumbers() throws {
    let z = try Tensor([Complex(1, 2), Complex(0, -1)])
    let squares = try Tensor.elementwise(.power, .tensor(z), .scalar(.int(2)))
    #expect(squares.scalar(at: 0) == .complex(Complex(-3, 4)))
    #expect(squares.scalar(at: 1) == .complex(Complex(-1, 0)))
    #expect(try Tensor.elementwise(.abs, try Tensor([Complex(3, 4)])).scalar(at: 0) == .float(5))
    #expect(try Tensor.elementwise(.real, z).dtype == .f64)
    guard case .unsupportedDType? = failure({ _ = try Tensor.elementwise(.less, z, z) }) else {
      Issue.record("complex numbers have no order")
      return
    }
  }

  @Test func booleansCombineAsInNumPy() throws {
    let x = try Tensor([true, true, false, false])
    let y = try Tensor([true, false, true, false])
    #expect(try Tensor.elementwise(.add, x, y).toBools() == [true, true, true, false])
    #expect(try Tensor.elementwise(.multiply, x, y).toBools() == [true, false, false, false])
    #expect(try Tensor.elementwise(.xor, x, y).toBools() == [false, true, true, false])
    #expect(try Tensor.elementwise(.invert, x).toBools() == [false, false, true, true])
    #expect(try Tensor.elementwise(.divide, x, x).dtype == .f64)
    guard case .unsupportedDType? = failure({ _ = try Tensor.elementwise(.subtract, x, y) }) else {
      Issue.record("booleans have no difference")
      return
    }
  }

  @Test func whereTakesAnyCondition() throws {
    let chosen = try Tensor.elementwise(
      .where, .tensor(try integers([0, 5, 0])), .scalar(.int(1)),
      .tensor(try tensor([0.5, 1.5, 2.5])))
    #expect(try chosen.toDoubles() == [0.5, 1, 2.5])
  }

  @Test func everyOperationRunsOnEveryLengthAroundAVector() throws {
    // Lengths around the width of a vector and of a block, from an odd offset.
    for count in [1, 7, 15, 16, 17, 63, 64, 65, 1023, 1025, 4097] {
      let whole = try counting([count + 1], .f32)
      let x = whole.slice(axis: 0, start: 1, count: count)
      let sums = try Tensor.elementwise(.add, x, x).toDoubles()
      #expect(sums == (1...count).map { Double(2 * $0) })
      let roots = try Tensor.elementwise(.sqrt, try Tensor.elementwise(.square, x)).toDoubles()
      #expect(roots == (1...count).map(Double.init))
    }
  }
}
