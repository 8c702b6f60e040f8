// The order of axes in memory, as far as elementwise evaluation profits from it.

extension Tensor {
  /// The order of axes in which all tensors among the operands are contiguous, when it is one for
  /// all and not the given order.
  static func sharedOrder(_ leaves: [Operand]) -> Shape? {
    var found: Tensor?
    for index in 0..<leaves.count {
      guard case .tensor(let tensor) = leaves[index] else { continue }
      if let found {
        guard tensor.shape == found.shape, tensor.strides == found.strides else { return nil }
      } else {
        if tensor.isContiguous { return nil }
        found = tensor
      }
    }
    guard let found else { return nil }
    var order = found.shape
    for axis in 0..<found.rank { order[axis] = axis }
    // By decreasing strides; the axes are few.
    for axis in 1..<max(found.rank, 1) {
      var place = axis
      while place > 0, found.strides[order[place - 1]] < found.strides[order[place]] {
        (order[place - 1], order[place]) = (order[place], order[place - 1])
        place -= 1
      }
    }
    return found.reordered(order).isContiguous ? order : nil
  }

  /// The axes in the order given.
  func reordered(_ order: Shape) -> Tensor {
    var result = self
    for axis in 0..<rank {
      result.shape[axis] = shape[order[axis]]
      result.strides[axis] = strides[order[axis]]
    }
    return result
  }

  /// Whether it is large and its last axis steps far where another steps by one: then a copy in
  /// tiles, read in rows, is faster than reading it as it lies.
  var isColumnwise: Bool {
    guard rank >= 2, shape[rank - 1] > 4, strides[rank - 1] > 1, count >= 1 << 12 else {
      return false
    }
    return (0..<rank - 1).contains { strides[$0] == 1 && shape[$0] > 4 }
  }
}

extension Operand {
  func reordered(_ order: Shape) -> Operand {
    guard case .tensor(let tensor) = self else { return self }
    return .tensor(tensor.reordered(order))
  }
}
