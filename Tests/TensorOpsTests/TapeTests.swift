import TensorCore
import TensorOps
import Testing

/// What the tape does with cotangents on their way back.
@Suite struct TapeTests {
  private func gradient(
    _ x: Variable, consuming: Bool = true, _ function: (Variable) throws -> Variable
  ) throws -> Variable? {
    let tape = Tape(level: Level())
    let followed = tape.follow(x)
    let result = try function(followed)
    return try tape.cotangents(of: [followed], from: [(result, 1.0)], consuming: consuming)[0]
  }

  private func vector(_ elements: [Double]) throws -> Variable { Variable(try Tensor(elements)) }

  @Test func selectionsOfOneValueAddUp() throws {
    let x = try vector([1, 2, 3, 4])
    let found = try gradient(x) { x in
      var total = try x.sum().asScalar()
      for index in [0, 2, 2, 3] {
        total = try total + x.indexed(by: [.index(index)]).asScalar() * Variable(Double(index + 1))
      }
      return total
    }
    #expect(try found?.tensor().toDoubles() == [2, 1, 7, 5])
  }

  @Test func addingInPlaceLeavesWhatIsSharedAlone() throws {
    // The cotangent of y is that of x and of z at once; the selection adds to one of them.
    let tape = Tape(level: Level())
    let x = tape.follow(try vector([1, 2, 3]))
    let z = tape.follow(try vector([4, 5, 6]))
    let first = try x.indexed(by: [.index(0)]).asScalar()
    let weights = try vector([10, 20, 30])
    let result = try ((x + z) * weights).sum().asScalar() + first
    let found = try tape.cotangents(of: [x, z], from: [(result, 1.0)], consuming: true)
    #expect(try found[0]?.tensor().toDoubles() == [11, 20, 30])
    #expect(try found[1]?.tensor().toDoubles() == [10, 20, 30])
  }

  @Test func selectionsHaveSecondDerivatives() throws {
    // Σ x[0]² x[1]: second derivatives 2 x[1], 2 x[0].
    let x = try vector([3, 5])
    let found = try gradient(x) { x in
      let slopes = try #require(
        try gradient(x) { x in
          let (a, b) = (try x.indexed(by: [.index(0)]), try x.indexed(by: [.index(1)]))
          return try (a * a * b).asScalar()
        })
      return try slopes.indexed(by: [.index(0)]).asScalar()
    }
    #expect(try found?.tensor().toDoubles() == [10, 6])
  }

  @Test func aTapeThatIsNotConsumedCanBeReadAgain() throws {
    let tape = Tape(level: Level())
    let x = tape.follow(try vector([1, 2]))
    let y = try (x * x).sum().asScalar()
    for scale in [1.0, 3.0] {
      let found = try tape.cotangents(
        of: [x], from: [(y, Variable(scale))], consuming: false)
      #expect(try found[0]?.tensor().toDoubles() == [2 * scale, 4 * scale])
    }
  }

  @Test func numbersOfSinglePrecisionSumsStayNarrow() throws {
    let x = Variable(try Tensor([Float(1), 2, 3]))
    for axes in [nil, [0]] as [[Int]?] {
      let found = try gradient(x) { x in try (x * x).sum(axes: axes).asScalar() }
      #expect(found?.dtype == .f32)
      #expect(try found?.tensor().toDoubles() == [2, 4, 6])
    }
  }
}
