/// Views: other shapes and orders of the same elements, without copying. Each is O(rank) unless it
/// says otherwise.
extension Tensor {
  /// The elements in row-major order in another shape; one size may be -1 and is inferred. A view
  /// when the strides allow, otherwise a copy.
  ///
  /// - Throws: `reshape` when the counts differ, `rankTooHigh`, `outOfMemory`.
  package func reshaped(to sizes: [Int]) throws(TensorError) -> Tensor {
    guard sizes.count <= Shape.maxRank else { throw .rankTooHigh(rank: sizes.count) }
    var target = Shape(sizes)
    var known = 1
    var inferred: Int?
    for (axis, size) in sizes.enumerated() {
      if size == -1 {
        guard inferred == nil else { throw .reshape(from: shape, to: sizes) }
        inferred = axis
      } else {
        let (product, overflow) = known.multipliedReportingOverflow(by: size)
        guard size >= 0, !overflow else { throw .reshape(from: shape, to: sizes) }
        known = product
      }
    }
    if let inferred {
      guard known > 0, count % known == 0 else { throw .reshape(from: shape, to: sizes) }
      target[inferred] = count / known
    }
    guard target.checkedCount == count else { throw .reshape(from: shape, to: sizes) }
    return try reshaped(to: target)
  }

  /// The same in a shape known to have as many elements.
  package func reshaped(to target: Shape) throws(TensorError) -> Tensor {
    precondition(target.count == count, "a reshape keeps the number of elements")
    if target == shape { return self }
    var result = self
    if let strides = viewStrides(for: target) {
      result.strides = strides
    } else {
      result = try copy()
      result.strides = target.contiguousStrides
    }
    result.shape = target
    return result
  }

  /// The strides that show these elements in the shape without a copy, if there are any.
  private func viewStrides(for target: Shape) -> Shape? {
    if isContiguous { return target.contiguousStrides }
    var result = Shape(repeating: 0, count: target.rank)
    // Runs of old axes and of new axes with equal products; each old run must step evenly.
    var old = 0
    var new = 0
    while new < target.rank || old < rank {
      var oldEnd = old
      var newEnd = new
      var oldCount = 1
      var newCount = 1
      repeat {
        if oldCount <= newCount, oldEnd < rank {
          oldCount *= shape[oldEnd]
          oldEnd += 1
        } else if newEnd < target.rank {
          newCount *= target[newEnd]
          newEnd += 1
        } else {
          return nil
        }
      } while oldCount != newCount
      var step = 0
      var expected: Int?
      for axis in stride(from: oldEnd - 1, through: old, by: -1) where shape[axis] != 1 {
        if let expected, strides[axis] != expected { return nil }
        if expected == nil { step = strides[axis] }
        expected = strides[axis] &* shape[axis]
      }
      for axis in stride(from: newEnd - 1, through: new, by: -1) {
        result[axis] = step
        step &*= target[axis]
      }
      old = oldEnd
      new = newEnd
    }
    return result
  }

  /// Axes in another order; reversed when none is given, as NumPy does.
  ///
  /// - Throws: `axisOutOfRange`, `duplicateAxis`, `wrongRank` when the axes are not as many as the
  ///   tensor has.
  package func transposed(_ axes: [Int]? = nil) throws(TensorError) -> Tensor {
    let order = axes ?? Array((0..<rank).reversed())
    _ = try shape.resolve(axes: order)
    guard order.count == rank else {
      throw .wrongRank(operation: "transpose", expected: "\(order.count)", shape: shape)
    }
    var result = self
    for (axis, from) in order.enumerated() {
      let source = try shape.resolve(axis: from)
      result.shape[axis] = shape[source]
      result.strides[axis] = strides[source]
    }
    return result
  }

  /// Two axes exchanged.
  ///
  /// - Throws: `axisOutOfRange`.
  package func swappingAxes(_ first: Int, _ second: Int) throws(TensorError) -> Tensor {
    let a = try shape.resolve(axis: first)
    let b = try shape.resolve(axis: second)
    var result = self
    (result.shape[a], result.shape[b]) = (shape[b], shape[a])
    (result.strides[a], result.strides[b]) = (strides[b], strides[a])
    return result
  }

  /// `count` elements along an axis from `start` on, `step` apart (may be negative).
  ///
  /// - Precondition: all of them lie on the axis.
  package func slice(axis: Int, start: Int, count: Int, step: Int = 1) -> Tensor {
    precondition(axis >= 0 && axis < rank, "an axis of the tensor")
    if count > 0 {
      let last = start + (count - 1) * step
      precondition(min(start, last) >= 0 && max(start, last) < shape[axis], "a slice on the axis")
    }
    var result = self
    if count > 0 { result.offset &+= start &* strides[axis] }
    result.shape[axis] = count
    // A single element needs no step, which may be too large to multiply with.
    result.strides[axis] = count > 1 ? strides[axis] &* step : strides[axis]
    return result
  }

  /// One position along an axis, which goes.
  ///
  /// - Precondition: the position lies on the axis.
  package func selecting(_ index: Int, axis: Int) -> Tensor {
    precondition(index >= 0 && index < shape[axis], "a position on the axis")
    var result = self
    result.offset &+= index &* strides[axis]
    result.shape.remove(at: axis)
    result.strides.remove(at: axis)
    return result
  }

  /// A new axis of size 1 before the axis given (`rank` appends); negative counts from the new end.
  ///
  /// - Throws: `rankTooHigh`, `axisOutOfRange`.
  package func expanded(at axis: Int) throws(TensorError) -> Tensor {
    guard rank < Shape.maxRank else { throw .rankTooHigh(rank: rank + 1) }
    guard axis >= -(rank + 1), axis <= rank else {
      throw .axisOutOfRange(axis: axis, rank: rank + 1)
    }
    let position = axis < 0 ? axis + rank + 1 : axis
    var result = self
    result.shape.insert(1, at: position)
    result.strides.insert(0, at: position)
    return result
  }

  /// Without the given axes of size 1; without every axis of size 1 when none is given.
  ///
  /// - Throws: `axisOutOfRange`; `shapeMismatch` when an axis given is longer than 1.
  package func squeezed(_ axes: [Int]? = nil) throws(TensorError) -> Tensor {
    let gone: [Int]
    if let axes {
      gone = try shape.resolve(axes: axes)
      for axis in gone where shape[axis] != 1 {
        throw .wrongRank(operation: "squeeze", expected: "size 1 along axis \(axis)", shape: shape)
      }
    } else {
      gone = (0..<rank).filter { shape[$0] == 1 }
    }
    var result = self
    for axis in gone.reversed() {
      result.shape.remove(at: axis)
      result.strides.remove(at: axis)
    }
    return result
  }
}
