import TensorCore
import Testing

/// Elementwise results of operands whose rows are columns in memory.
@Suite struct AxisOrderTests {
  private let add = FusedExpression.of(.add)

  @Test func resultsOfOneOrderKeepIt() throws {
    let a = try counting([40, 30, 20], .f32)
    for order in [[2, 1, 0], [0, 2, 1], [1, 0, 2], [2, 0, 1]] {
      let x = try a.transposed(order)
      let sum = try Tensor.evaluate(add, leaves: [.tensor(x), .tensor(x)])
      #expect(sum.shape == x.shape)
      #expect(sum.strides == x.strides)
      #expect(try sum.toDoubles() == x.toDoubles().map { 2 * $0 })
    }
  }

  @Test func resultsOfSeveralOrdersAreInRows() throws {
    let a = try counting([70, 70])
    let b = try a.transposed()
    let sum = try Tensor.evaluate(add, leaves: [.tensor(a), .tensor(b)])
    #expect(sum.isContiguous)
    let wanted = (0..<4900).map { (index: Int) -> Int in
      let (row, column) = (index / 70, index % 70)
      return index + column * 70 + row
    }
    #expect(try sum.toInts() == wanted)
  }

  @Test func whatBroadcastsIsNoOrder() throws {
    let row = try counting([70], .f64)
    let columns = try counting([60, 70], .f64).transposed()
    let sum = try Tensor.evaluate(
      add, leaves: [.tensor(columns), .tensor(row.slice(axis: 0, start: 0, count: 60))])
    let wanted = (0..<4200).map { (index: Int) -> Double in
      let (row, column) = (index % 60, index / 60)
      return Double(row * 71 + column)
    }
    #expect(try sum.toDoubles() == wanted)
    #expect(try Tensor.elementwise(.negate, columns).isContiguous)
    #expect(try Tensor.elementwise(.negate, .tensor(columns)).strides == columns.strides)
  }
}
