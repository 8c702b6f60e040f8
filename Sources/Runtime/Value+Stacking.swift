package import TensorCore

extension Value {
  /// How deeply tuples may nest in what is made a tensor: one level an axis.
  private static let deepestNesting = Shape.maxRank + 1

  /// The value as one tensor: tensors as they are, numbers and Bools with rank 0, ranges spelled out, tuples of these
  /// stacked along a new first axis. nil for anything else.
  ///
  /// - Throws: `unequalElements` with the two that differ, `rankTooHigh`, `outOfMemory`.
  package func stackedTensor() throws(CallFailure) -> Tensor? {
    try tensorResult { () throws(TensorError) in try stackedTensor(depth: 0) }
  }

  private func stackedTensor(depth: Int) throws(TensorError) -> Tensor? {
    switch self {
    case .tensor(let tensor):
      return tensor
    case .bool, .int, .float, .complex:
      guard let scalar else { return nil }
      return try Tensor(scalar: scalar)
    case .range(let range):
      return try Tensor(range)
    case .tuple(let values):
      guard depth < Value.deepestNesting else { throw .rankTooHigh(rank: depth) }
      return try Value.stacked(values, depth: depth)
    case .none, .string, .record, .map, .function, .module, .external:
      return nil
    }
  }

  private static func stacked(_ values: TupleValue, depth: Int) throws(TensorError) -> Tensor? {
    let scalars = values.compactMap(\.scalar)
    if scalars.count == values.count {
      return try Tensor(scalars: scalars, shape: Shape([scalars.count]))
    }
    var parts: [Operand] = []
    parts.reserveCapacity(values.count)
    for value in values {
      if let scalar = value.scalar {
        parts.append(.scalar(scalar))
      } else if let tensor = try value.stackedTensor(depth: depth + 1) {
        parts.append(.tensor(tensor))
      } else {
        return nil
      }
    }
    return try Tensor.stacking(parts)
  }
}
