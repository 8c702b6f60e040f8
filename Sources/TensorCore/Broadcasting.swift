extension Shape {
  /// The shape that both extend to: aligned from the last axis, where sizes are equal or one of
  /// them is 1. Nil when there is none.
  package func broadcast(with other: Shape) -> Shape? {
    if self == other { return self }
    let longer = rank >= other.rank ? self : other
    let shorter = rank >= other.rank ? other : self
    var result = longer
    let lead = longer.rank - shorter.rank
    for axis in 0..<shorter.rank {
      let a = longer[lead + axis]
      let b = shorter[axis]
      if a != b, a != 1, b != 1 { return nil }
      result[lead + axis] = a == 1 ? b : a
    }
    return result
  }

  /// Counted from the end (1 is the last), the last axis that keeps the two from broadcasting; 0
  /// when they do.
  package func mismatchFromEnd(with other: Shape) -> Int {
    for step in 1..<(min(rank, other.rank) + 1) {
      let a = self[rank - step]
      let b = other[other.rank - step]
      if a != b, a != 1, b != 1 { return step }
    }
    return 0
  }

  /// Counted from the end, the last axis that keeps this shape from being extended to `target`; 0
  /// when it can be.
  fileprivate func obstacle(to target: Shape) -> Int {
    for step in 1..<(rank + 1) {
      let size = self[rank - step]
      if step > target.rank { return step }
      if size != 1, size != target[target.rank - step] { return step }
    }
    return 0
  }

  /// An axis given by a user, negative from the end, as one in `0 ..< rank`.
  ///
  /// - Throws: `axisOutOfRange`.
  package func resolve(axis: Int) throws(TensorError) -> Int {
    guard axis >= -rank, axis < rank else { throw .axisOutOfRange(axis: axis, rank: rank) }
    return axis < 0 ? axis + rank : axis
  }

  /// Axes given by a user, each resolved, in ascending order.
  ///
  /// - Throws: `axisOutOfRange`, `duplicateAxis`.
  package func resolve(axes: [Int]) throws(TensorError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let resolved = try resolve(axis: axis)
      if result.contains(resolved) { throw .duplicateAxis(axis: axis) }
      result.append(resolved)
    }
    return result.sorted()
  }
}

extension Tensor {

  /// A view of the larger shape: new leading axes and axes of size 1 repeat by a stride of 0.
  /// O(rank).
  ///
  /// - Throws: `broadcast` when the tensor does not extend to the shape, `outOfMemory` for a view of
  ///   more elements than bytes can be counted for.
  package func broadcast(to target: Shape) throws(TensorError) -> Tensor {
    if target == shape { return self }
    guard shape.broadcast(with: target) == target else {
      let other = Description(dtype: dtype, shape: target)
      throw .broadcast(lhs: summary, rhs: other, axisFromEnd: shape.obstacle(to: target))
    }
    guard let count = target.checkedCount, count <= Int.max / 16 else {
      throw .outOfMemory(bytes: Int.max)
    }
    var result = self
    result.shape = target
    result.strides = Shape(repeating: 0, count: target.rank)
    let lead = target.rank - rank
    for axis in 0..<rank where shape[axis] != 1 {
      result.strides[lead + axis] = strides[axis]
    }
    return result
  }
}
