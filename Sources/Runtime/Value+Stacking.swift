package import TensorCore

extension Value {
  /// How deeply tuples may nest in what is made a tensor: one level an axis.
  private static let deepestNesting = Shape.maxRank + 1

  /// The value as one tensor: tensors as they are, numbers and Bools with rank 0, ranges spelled
  /// out, tuples of these
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
    case .none, .string, .record, .map, .function, .module, .external, .traced:
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
    return try Tensor.stacked(tensors(parts))
  }

  /// The parts as tensors of one dtype: numbers are weak, they adopt that of the tensors where
  /// their kind allows.
  private static func tensors(_ parts: [Operand]) throws(TensorError) -> [Tensor] {
    var dtype: DType?
    for case .tensor(let tensor) in parts {
      dtype = dtype.map { $0.promoted(with: tensor.dtype) } ?? tensor.dtype
    }
    for case .scalar(let scalar) in parts {
      dtype = dtype.map { $0.promoted(withScalar: scalar.kind) } ?? scalar.defaultDType
    }
    var tensors: [Tensor] = []
    tensors.reserveCapacity(parts.count)
    for part in parts {
      switch part {
      case .tensor(let tensor): tensors.append(try tensor.cast(to: dtype ?? tensor.dtype))
      case .scalar(let scalar): tensors.append(try Tensor(scalar: scalar, dtype: dtype))
      }
    }
    return tensors
  }
}
