internal import TensorCore

// Distinct elements, under the array API standard's names: in rising order, a NaN is equal to no
// other.

extension OperationTable {
  package static let setOperations: [Operation] = [
    Operation(
      name: "unique_all",
      summary: "The distinct elements, where each is first, where each element of `x` is among "
        + "them, and how often each occurs.",
      parameters: [OperationParameter("x", .tensor)], example: "unique_all([2, 1, 2]).indices",
      gives: "i64[2] [1 0]", derivative: .constant
    ) { (arguments) throws(TensorError) in
      let found = try distinct(arguments.tensor(0))
      return .record([
        ("values", .tensor(found.values)), ("indices", .tensor(found.first)),
        ("inverse_indices", .tensor(found.inverse)), ("counts", .tensor(found.counts)),
      ])
    },
    Operation(
      name: "unique_counts", summary: "The distinct elements, and how often each occurs.",
      parameters: [OperationParameter("x", .tensor)], example: "unique_counts([2, 1, 2])",
      gives: "(values = i64[2] [1 2], counts = i64[2] [1 2])", derivative: .constant
    ) { (arguments) throws(TensorError) in
      let found = try distinct(arguments.tensor(0))
      return .record([("values", .tensor(found.values)), ("counts", .tensor(found.counts))])
    },
    Operation(
      name: "unique_inverse",
      summary: "The distinct elements, and where each element of `x` is among them.",
      parameters: [OperationParameter("x", .tensor)], example: "unique_inverse([2, 1, 2])",
      gives: "(values = i64[2] [1 2], inverse_indices = i64[3] [1 0 1])", derivative: .constant
    ) { (arguments) throws(TensorError) in
      let found = try distinct(arguments.tensor(0))
      return .record([
        ("values", .tensor(found.values)), ("inverse_indices", .tensor(found.inverse)),
      ])
    },
    Operation(
      name: "unique_values", summary: "The distinct elements.",
      parameters: [OperationParameter("x", .tensor)], example: "unique_values([2, 1, 2])",
      gives: "i64[2] [1 2]", derivative: .constant
    ) { (arguments) throws(TensorError) in
      .tensor(try distinct(arguments.tensor(0)).values)
    },
  ]

  private struct Distinct {
    let values: Tensor
    let first: Tensor
    let inverse: Tensor
    let counts: Tensor
  }

  private static func distinct(_ x: Tensor) throws(TensorError) -> Distinct {
    let flat = try x.reshaped(to: Shape([x.count]))
    let order = try flat.argsorted()
    let sorted = try flat.taking(order, axis: 0)
    var starts: [Int] = []
    if x.count > 0 {
      let before = sorted.slice(axis: 0, start: 0, count: x.count - 1)
      let after = sorted.slice(axis: 0, start: 1, count: x.count - 1)
      let differs = try Tensor.elementwise(.notEqual, .tensor(after), .tensor(before)).toBools()
      starts = [0] + differs.indices.filter { differs[$0] }.map { $0 + 1 }
    }
    let places = try order.toInts()
    var inverse = [Int](repeating: 0, count: x.count)
    var counts: [Int] = []
    counts.reserveCapacity(starts.count)
    for (number, start) in starts.enumerated() {
      let end = number + 1 < starts.count ? starts[number + 1] : x.count
      for place in start..<end { inverse[places[place]] = number }
      counts.append(end - start)
    }
    // The order is stable: the first of equal elements is the first in `x`.
    let firsts = starts.map { places[$0] }
    return Distinct(
      values: try sorted.taking(try Tensor(starts, shape: Shape([starts.count])), axis: 0),
      first: try Tensor(firsts, shape: Shape([firsts.count])),
      inverse: try Tensor(inverse, shape: x.shape),
      counts: try Tensor(counts, shape: Shape([counts.count])))
  }
}
