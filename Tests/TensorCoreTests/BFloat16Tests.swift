import Testing

@testable import TensorCore

/// Expected values are PyTorch's (2.x, CPU) unless a comment says otherwise.
@Suite struct BFloat16Tests {
  private func bf16(_ values: [Double]) throws -> Tensor { try Tensor(values).cast(to: .bf16) }

  @Test func numbersRoundToNearestAndTiesToEven() throws {
    let found = try bf16([257, 258, 259, 1.00390625, 1.01171875, 0.1, -0.1, 1e39, 3.3895e38])
    #expect(
      try found.toDoubles() == [
        256, 258, 260, 1, 1.015625, 0.10009765625, -0.10009765625, .infinity,
        3.3895313892515355e38,
      ])
  }

  @Test func aDoubleIsRoundedOnce() throws {
    // By way of f32 this would be a tie and go to 1 (the exact nearest is the other).
    #expect(try bf16([1 + 0x1p-8 + 0x1p-40]).toDoubles() == [1 + 0x1p-7])
    // Steps of 2⁻¹³³ below the smallest normal number.
    #expect(
      try bf16([0x1.8p-133, 0x1p-134, 0x1.1p-134, -0x1p-140]).toDoubles() == [
        0x1p-132, 0, 0x1p-133, -0.0,
      ])
  }

  @Test func specialValuesStay() throws {
    let found = try bf16([.nan, .infinity, -.infinity, -0.0]).toDoubles()
    #expect(found[0].isNaN)
    #expect(found[1] == .infinity && found[2] == -.infinity)
    #expect(found[3] == 0 && found[3].sign == .minus)
  }

  @Test func everyElementConvertsThereAndBack() throws {
    for bits in UInt16.min...UInt16.max {
      let element = BFloat16(bits: bits)
      guard !element.single.isNaN else { continue }
      #expect(BFloat16(Double(element.single)) == element)
      let read = BFloat16(Double(element.shortest))
      if read != element { Issue.record("\(bits) is shown as \(element.shortest)") }
    }
  }

  @Test func promotionFollowsPyTorch() {
    let joined: [(DType, DType)] = [
      (.bool, .bf16), (.u8, .bf16), (.i8, .bf16), (.i32, .bf16), (.i64, .bf16), (.bf16, .bf16),
      (.f32, .f32), (.f64, .f64), (.c64, .c64), (.c128, .c128),
    ]
    for (other, result) in joined {
      #expect(DType.bf16.promoted(with: other) == result)
      #expect(other.promoted(with: .bf16) == result)
    }
  }

  @Test func anExpressionIsRoundedOnceAtItsEnd() throws {
    // (1 + 2⁻⁹) - 1 in f32 is 2⁻⁹; rounded after the addition it would be 0.
    let add = FusedExpression.Step(.add, 0, 1)
    let subtract = FusedExpression.Step(.subtract, 2, 3)
    _ = (add, subtract)
    let expression = FusedExpression(
      leafCount: 2, steps: [.init(.add, 0, 1), .init(.subtract, 2, 0)])
    let found = try Tensor.evaluate(
      expression, leaves: [.tensor(try bf16([1])), .tensor(try bf16([0x1p-9]))])
    #expect(found.dtype == .bf16)
    #expect(try found.toDoubles() == [0x1p-9])
  }

  @Test func sumsKeepAccuracy() throws {
    let ones = try Tensor.ones(Shape([1000, 7]), .bf16)
    #expect(try ones.reduced(.sum).toDoubles() == [7008])
    #expect(try ones.reduced(.sum, axes: [1]).toDoubles() == Array(repeating: 7, count: 1000))
    #expect(try ones.reduced(.sum, axes: [0]).toDoubles() == Array(repeating: 1000, count: 7))
    #expect(try ones.reduced(.mean).toDoubles() == [1])
    let ramp = try Tensor((0..<100_000).map(Double.init)).cast(to: .bf16)
    #expect(try ramp.reduced(.mean).toDoubles() == [49920])
  }

  @Test func extremesAndOrder() throws {
    let x = try bf16([0.1, 3.14159, 1e38, -2.5, 0.3333333])
    #expect(try x.reduced(.max).toDoubles() == [9.969209968386869e37])
    #expect(try x.argsorted().toInts() == [3, 0, 4, 1, 2])
    #expect(try x.sorted(descending: true).toDoubles().last == -2.5)
    #expect(try x.extremePosition(largest: false).toInts() == [3])
    let table = try Tensor((0..<60).map { Double($0 % 13) }, shape: Shape([20, 3])).cast(to: .bf16)
    #expect(try table.reduced(.max, axes: [0]).toDoubles() == [12, 12, 12])
    #expect(try table.reduced(.min, axes: [1]).dtype == .bf16)
  }

  @Test func productsAreSummedInSingle() throws {
    for n in [3, 40, 130] {
      let a = try Tensor((0..<n * n).map { Double($0 % 7) - 3 }, shape: Shape([n, n]))
      let b = try Tensor((0..<n * n).map { Double($0 % 5) - 2 }, shape: Shape([n, n]))
      let exact = try a.matmul(b)
      let (x, y) = (try a.cast(to: .bf16), try b.cast(to: .bf16))
      #expect(try x.matmul(y).toDoubles() == exact.cast(to: .bf16).toDoubles())
      #expect(try x.matmul(y, as: .f32).toDoubles() == exact.toDoubles())
    }
  }

  @Test func productsOfSmallIntegersAreGivenAsAsked() throws {
    for n in [3, 130] {
      let a = try Tensor((0..<n * n).map { Double($0 % 201) - 100 }, shape: Shape([n, n]))
      let small = try a.cast(to: .i8)
      let product = try small.matmul(small, as: .i32)
      #expect(product.dtype == .i32)
      #expect(try product.toDoubles() == a.matmul(a).toDoubles())
      #expect(throws: TensorError.self) { try small.matmul(small) }
    }
  }

  @Test func textIsOfTheFewestDigits() throws {
    #expect(
      try bf16([0.1, 3.14159, 2016]).formatted() == "bf16[3] [1.000e-01 3.140e+00 2.016e+03]")
    #expect(try bf16([0.1, 3.14159]).formatted() == "bf16[2] [0.1  3.14]")
  }
}
