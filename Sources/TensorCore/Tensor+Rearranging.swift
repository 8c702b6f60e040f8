internal import CKernels

/// Other orders, repetitions and borders of the same elements. Those that only change strides are
/// views, O(rank).
extension Tensor {
  /// The order of elements reversed along the axes, or along all. A view.
  ///
  /// - Throws: `axisOutOfRange`, `duplicateAxis`.
  package func flipped(_ axes: [Int]? = nil) throws(TensorError) -> Tensor {
    var result = self
    for axis in try shape.resolve(axes: axes ?? Array(0..<rank)) where shape[axis] > 0 {
      result = result.slice(axis: axis, start: shape[axis] - 1, count: shape[axis], step: -1)
    }
    return result
  }

  /// Elements moved on by `shift` places along an axis, the last ones to the front.
  ///
  /// - Throws: `axisOutOfRange`, `outOfMemory`, `interrupted`.
  package func rolled(by shift: Int, axis: Int) throws(TensorError) -> Tensor {
    let axis = try shape.resolve(axis: axis)
    let size = shape[axis]
    guard size > 0 else { return self }
    let moved = (shift % size + size) % size
    if moved == 0 { return self }
    return try Tensor.concatenated(
      [
        slice(axis: axis, start: size - moved, count: moved),
        slice(axis: axis, start: 0, count: size - moved),
      ], axis: axis)
  }

  /// The same over the elements in row-major order.
  package func rolled(by shift: Int) throws(TensorError) -> Tensor {
    try reshaped(to: [count]).rolled(by: shift, axis: 0).reshaped(to: shape)
  }

  /// The axis at one position moved to another, the others in order. A view.
  ///
  /// - Throws: `axisOutOfRange`.
  package func movingAxis(_ from: Int, to: Int) throws(TensorError) -> Tensor {
    let source = try shape.resolve(axis: from)
    let target = try shape.resolve(axis: to)
    if source == target { return self }
    var order = Array(0..<rank)
    order.remove(at: source)
    order.insert(source, at: target)
    return try transposed(order)
  }

  /// Each element `repeats` times along an axis; over the elements in row-major order without one.
  ///
  /// - Throws: `argument` when negative, `axisOutOfRange`, `outOfMemory`, `interrupted`.
  package func repeated(_ repeats: Int, axis: Int? = nil) throws(TensorError) -> Tensor {
    guard let axis else { return try reshaped(to: [count]).repeated(repeats, axis: 0) }
    let position = try shape.resolve(axis: axis)
    let size = try checkedRepeat(repeats, of: shape[position], operation: "repeat")
    guard rank < Shape.maxRank else {
      return try taking(try Tensor.positions(size) { $0 / repeats }, axis: position)
    }
    let wide = try expanded(at: position + 1)
    var target = wide.shape
    target[position + 1] = repeats
    var result = shape
    result[position] = size
    return try wide.broadcast(to: target).reshaped(to: result)
  }

  /// Each element along an axis as often as the count at its place says; one count for all is
  /// allowed.
  ///
  /// - Throws: `argument` when negative, `shapeMismatch` unless there are as many counts as
  ///   elements along the axis, `axisOutOfRange`, `outOfMemory`, `interrupted`.
  package func repeated(_ repeats: [Int], axis: Int? = nil) throws(TensorError) -> Tensor {
    guard let axis else { return try reshaped(to: [count]).repeated(repeats, axis: 0) }
    if repeats.count == 1 { return try repeated(repeats[0], axis: axis) }
    let position = try shape.resolve(axis: axis)
    guard repeats.count == shape[position] else {
      throw .shapeMismatch(
        operation: "repeat", what: "one count for each element", lhs: shape,
        rhs: Shape([repeats.count]))
    }
    var total = 0
    for times in repeats {
      let (sum, overflow) = total.addingReportingOverflow(
        try checkedRepeat(times, of: 1, operation: "repeat"))
      if overflow { throw .outOfMemory(bytes: Int.max) }
      total = sum
    }
    var (index, left) = (-1, 0)
    let positions = try Tensor.positions(total) { _ in
      while left == 0 {
        index += 1
        left = repeats[index]
      }
      left -= 1
      return index
    }
    return try taking(positions, axis: position)
  }

  /// The whole tensor side by side, `counts` times along each axis (the last axes when there are
  /// fewer; more add axes).
  ///
  /// - Throws: `argument` when negative, `rankTooHigh`, `outOfMemory`, `interrupted`.
  package func tiled(_ counts: [Int]) throws(TensorError) -> Tensor {
    guard counts.count <= Shape.maxRank else { throw .rankTooHigh(rank: counts.count) }
    var result = self
    while result.rank < counts.count { result = try result.expanded(at: 0) }
    let lead = result.rank - counts.count
    for (index, times) in counts.enumerated() {
      let axis = lead + index
      let size = try checkedRepeat(times, of: result.shape[axis], operation: "tile")
      if times == 1 { continue }
      guard result.rank < Shape.maxRank else {
        let old = max(result.shape[axis], 1)
        result = try result.taking(try Tensor.positions(size) { $0 % old }, axis: axis)
        continue
      }
      let wide = try result.expanded(at: axis)
      var target = wide.shape
      target[axis] = times
      var joined = result.shape
      joined[axis] = size
      result = try wide.broadcast(to: target).reshaped(to: joined)
    }
    return result
  }

  private func checkedRepeat(_ repeats: Int, of size: Int, operation: String) throws(TensorError)
    -> Int
  {
    guard repeats >= 0 else {
      throw .argument(
        operation: operation, name: "repeats", value: String(repeats), requirement: "at least 0")
    }
    let (product, overflow) = size.multipliedReportingOverflow(by: repeats)
    let others = size == 0 ? 0 : count / size
    let (total, totalOverflow) = product.multipliedReportingOverflow(by: max(others, 1))
    if overflow || totalOverflow || total > Int.max / 16 { throw .outOfMemory(bytes: Int.max) }
    return product
  }

  // MARK: - Borders

  /// What stands outside the border of a padded tensor.
  package enum Padding: Sendable {
    case constant(Scalar)
    /// The nearest element.
    case edge
    /// The elements mirrored, the border itself not repeated: `c b | a b c | b a`.
    case reflect
    /// The elements mirrored, the border repeated: `b a | a b c | c b`.
    case symmetric
    /// The elements from the other end: `b c | a b c | a b`.
    case wrap
  }

  /// With new elements before and after along each axis; the last axes when there are fewer widths.
  ///
  /// - Throws: `argument` for a negative width, or an empty axis that is not padded with a
  ///   constant; `tooManyIndices` for more widths than axes; `valueOutOfRange`, `outOfMemory`,
  ///   `interrupted`.
  package func padded(_ widths: [(before: Int, after: Int)], _ padding: Padding) throws(TensorError)
    -> Tensor
  {
    guard widths.count <= rank else { throw .tooManyIndices(given: widths.count, shape: shape) }
    let lead = rank - widths.count
    var target = shape
    for (index, width) in widths.enumerated() {
      for side in [width.before, width.after] where side < 0 {
        throw .argument(
          operation: "pad", name: "widths", value: String(side), requirement: "at least 0")
      }
      let sum = width.before.addingReportingOverflow(width.after)
      let size = sum.partialValue.addingReportingOverflow(shape[lead + index])
      if sum.overflow || size.overflow { throw .outOfMemory(bytes: Int.max) }
      target[lead + index] = size.partialValue
    }
    guard let total = target.checkedCount, total <= Int.max / 16 else {
      throw .outOfMemory(bytes: Int.max)
    }
    if case .constant(let value) = padding {
      let result = try Tensor.full(target, value, dtype)
      var inner = result
      for (index, width) in widths.enumerated() {
        let axis = lead + index
        inner = inner.slice(axis: axis, start: width.before, count: shape[axis])
      }
      try inner.overwrite(with: self)
      return result
    }
    var result = self
    for (index, width) in widths.enumerated() where width != (0, 0) {
      let axis = lead + index
      let positions = try padding.positions(
        before: width.before, size: shape[axis], after: width.after)
      result = try result.taking(positions, axis: axis)
    }
    return result
  }
}

extension Tensor.Padding {
  /// For each place along a padded axis, the position it copies.
  fileprivate func positions(before: Int, size: Int, after: Int) throws(TensorError)
    -> Tensor
  {
    guard size > 0 else {
      throw .argument(
        operation: "pad", name: "mode", value: "an empty axis", requirement: "\"constant\"")
    }
    func remainder(_ value: Int, _ period: Int) -> Int { (value % period + period) % period }
    return try Tensor.positions(before + size + after) { index in
      let place = index - before
      switch self {
      case .constant, .edge: return min(max(place, 0), size - 1)
      case .wrap: return remainder(place, size)
      case .symmetric:
        let folded = remainder(place, 2 * size)
        return folded < size ? folded : 2 * size - 1 - folded
      case .reflect:
        if size == 1 { return 0 }
        let folded = remainder(place, 2 * size - 2)
        return folded < size ? folded : 2 * size - 2 - folded
      }
    }
  }
}
