/// Joining tensors along an axis, and cutting one apart.
extension Tensor {
  /// The tensors one after the other along an existing axis.
  ///
  /// - Shapes: equal but for that axis, whose sizes add up. The dtype is the promotion of all.
  /// - Throws: `argument` when there is none, `wrongRank` for rank 0, `axisOutOfRange`,
  ///   `unequalElements` with the first two that do not fit, `outOfMemory`, `interrupted`.
  package static func concatenated(_ tensors: [Tensor], axis: Int = 0) throws(TensorError) -> Tensor
  {
    let first = try firstOf(tensors, operation: "concat")
    guard first.rank > 0 else {
      throw .wrongRank(operation: "concat", expected: "at least 1", shape: first.shape)
    }
    let axis = try first.shape.resolve(axis: axis)
    var shape = first.shape
    var dtype = first.dtype
    for (index, tensor) in tensors.enumerated().dropFirst() {
      var expected = tensor.shape
      if expected.rank == first.rank { expected[axis] = first.shape[axis] }
      guard expected == first.shape else {
        throw .unequalElements(
          firstIndex: 0, first: first.summary, secondIndex: index, second: tensor.summary)
      }
      let (size, overflow) = shape[axis].addingReportingOverflow(tensor.shape[axis])
      if overflow { throw .outOfMemory(bytes: Int.max) }
      shape[axis] = size
      dtype = dtype.promoted(with: tensor.dtype)
    }
    let result = try Tensor(uninitialized: dtype, shape)
    var start = 0
    for tensor in tensors {
      let size = tensor.shape[axis]
      try result.slice(axis: axis, start: start, count: size).overwrite(
        with: try tensor.cast(to: dtype))
      start += size
    }
    return result
  }

  /// The tensors along a new axis.
  ///
  /// - Shapes: n times `[..., ...]` → `[..., n, ...]` with the new axis at `axis` of the result.
  /// - Throws: `argument` when there is none, `axisOutOfRange`, `rankTooHigh`, `unequalElements`,
  ///   `outOfMemory`, `interrupted`.
  package static func stacked(_ tensors: [Tensor], axis: Int = 0) throws(TensorError) -> Tensor {
    let first = try firstOf(tensors, operation: "stack")
    var expanded: [Tensor] = []
    for (index, tensor) in tensors.enumerated() {
      guard tensor.shape == first.shape else {
        throw .unequalElements(
          firstIndex: 0, first: first.summary, secondIndex: index, second: tensor.summary)
      }
      expanded.append(try tensor.expanded(at: axis))
    }
    return try concatenated(expanded, axis: axis)
  }

  private static func firstOf(_ tensors: [Tensor], operation: String) throws(TensorError) -> Tensor
  {
    guard let first = tensors.first else {
      throw .argument(
        operation: operation, name: "tensors", value: "()", requirement: "at least one tensor")
    }
    return first
  }

  /// Views of equal length along an axis.
  ///
  /// - Throws: `argument` unless `parts` is positive and divides the axis (an empty axis takes up
  ///   to 65,536),
  ///   `axisOutOfRange`.
  package func split(into parts: Int, axis: Int = 0) throws(TensorError) -> [Tensor] {
    let axis = try shape.resolve(axis: axis)
    guard parts > 0, shape[axis] % parts == 0, parts <= max(shape[axis], 1 << 16) else {
      throw .argument(
        operation: "chunk", name: "parts", value: String(parts),
        requirement: shape[axis] == 0
          ? "from 1 to 65,536 along an empty axis"
          : "a divisor of \(shape[axis]), the size of axis \(axis)")
    }
    try Tensor.checkParts(parts)
    let length = shape[axis] / parts
    return (0..<parts).map { slice(axis: axis, start: $0 * length, count: length) }
  }

  /// So many tensors are small ones each; a view that stands for very many elements has no such
  /// number of rows.
  ///
  /// - Throws: `outOfMemory` for more than four million.
  package static func checkParts(_ count: Int) throws(TensorError) {
    guard count <= 1 << 22 else {
      let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Tensor>.size)
      throw .outOfMemory(bytes: overflow ? Int.max : bytes)
    }
  }

  /// Views between positions along an axis: before the first, between each two, from the last on.
  /// Negative positions count from the end; as in slices, what lies outside is empty.
  ///
  /// - Throws: `axisOutOfRange`.
  package func split(at positions: [Int], axis: Int = 0) throws(TensorError) -> [Tensor] {
    let axis = try shape.resolve(axis: axis)
    let size = shape[axis]
    let inside = positions.map { min(max($0 < 0 ? $0 + size : $0, 0), size) }
    return zip([0] + inside, inside + [size]).map { start, end in
      slice(axis: axis, start: start, count: max(0, end - start))
    }
  }
}
