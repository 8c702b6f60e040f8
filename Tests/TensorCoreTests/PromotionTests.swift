import TensorCore
import Testing

@Suite struct PromotionTests {
  @Test func tensorsPromoteAsInNumPy() {
    let expected: [(DType, DType, DType)] = [
      (.bool, .u8, .u8), (.bool, .f32, .f32), (.u8, .i8, .i32), (.u8, .i32, .i32),
      (.i8, .i64, .i64),
      (.u8, .f32, .f32), (.i8, .f32, .f32), (.i32, .f32, .f64), (.i64, .f32, .f64),
      (.i64, .f64, .f64), (.f32, .f64, .f64), (.f32, .c64, .c64), (.f64, .c64, .c128),
      (.i64, .c64, .c128), (.u8, .c64, .c64), (.c64, .c128, .c128),
    ]
    for (a, b, joined) in expected {
      #expect(a.promoted(with: b) == joined, "\(a) and \(b)")
      #expect(b.promoted(with: a) == joined, "\(b) and \(a)")
    }
    for dtype in DType.allCases { #expect(dtype.promoted(with: dtype) == dtype) }
  }

  @Test func scalarsAdoptTheTensorsDType() throws {
    let expected: [(DType, Scalar, DType)] = [
      (.f32, .float(2), .f32), (.f32, .int(2), .f32), (.u8, .int(2), .u8), (.i64, .float(2), .f64),
      (.i32, .float(2), .f64), (.bool, .int(2), .i64), (.bool, .float(2), .f64),
      (.f32, .complex(Complex(0, 1)), .c64), (.i64, .complex(Complex(0, 1)), .c128),
      (.i8, .bool(true), .i8),
    ]
    for (dtype, scalar, result) in expected {
      let ones = try Tensor.ones(Shape([3]), dtype)
      let sum = try Tensor.elementwise(.add, .tensor(ones), .scalar(scalar))
      #expect(sum.dtype == result, "\(dtype) + \(scalar)")
    }
  }

  @Test func scalarsThatDoNotFitAreAnError() throws {
    let x = try Tensor.ones(Shape([3]), .u8)
    let error = failure { _ = try Tensor.elementwise(.add, .tensor(x), .scalar(.int(300))) }
    guard case .valueOutOfRange(let value, let dtype)? = error else {
      Issue.record("gave \(String(describing: error))")
      return
    }
    #expect(value == "300" && dtype == .u8)
  }

  @Test func scalarsAloneKeepTheirKinds() throws {
    let sum = try Tensor.elementwise(.add, .scalar(.int(2)), .scalar(.int(3)))
    #expect(sum.item() == .int(5))
    let quotient = try Tensor.elementwise(.divide, .scalar(.int(1)), .scalar(.int(2)))
    #expect(quotient.item() == .float(0.5))
    let truths = try Tensor.elementwise(.add, .scalar(.bool(true)), .scalar(.bool(true)))
    #expect(truths.item() == .int(2))
  }

  @Test func functionsOfIntegersGiveDoubles() throws {
    for dtype: DType in [.bool, .u8, .i8, .i32, .i64] {
      #expect(try Tensor.elementwise(.sqrt, try Tensor.ones(Shape([2]), dtype)).dtype == .f64)
    }
    #expect(try Tensor.elementwise(.sqrt, try Tensor.ones(Shape([2]), .f32)).dtype == .f32)
  }
}
