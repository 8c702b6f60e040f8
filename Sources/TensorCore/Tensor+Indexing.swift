internal import CKernels

extension Tensor {
  /// What an index selects, with NumPy's rules. Integers, slices and new axes give a view; masks
  /// and integer tensors a copy.
  ///
  /// Several masks and integer tensors broadcast together. Their axes stand where the first of them
  /// stood, or come first when something other stands between them.
  /// - Throws: `tooManyIndices`, `indexOutOfRange`, `maskShape`, `indexDType`, `broadcast`,
  ///   `rankTooHigh`, `argument`, `outOfMemory`, `interrupted`.
  /// - Complexity: O(rank) for a view, else O(elements selected).
  package func indexed(by components: [IndexComponent]) throws(TensorError) -> Tensor {
    if components.count == 1, case .index(let index) = components[0], rank > 0 {
      let size = shape[0]
      guard index >= -size, index < size else {
        throw .indexOutOfRange(index: index, axis: 0, size: size, shape: shape)
      }
      return selecting(index < 0 ? index + size : index, axis: 0)
    }
    let selection = try IndexSelection(components, of: self)
    guard let offsets = selection.offsets else { return selection.view }
    let result = try Tensor(uninitialized: dtype, selection.shape)
    var (before, after) = selection.surroundings
    let status = ck_gather(
      result.pointer, selection.view.pointer, offsets.pointer.assumingMemoryBound(to: Int64.self),
      offsets.count, &before, &after, dtype.size)
    withExtendedLifetime((selection.view.storage, offsets.storage, result.storage)) {}
    if status == CK_INTERRUPTED { throw .interrupted }
    return result
  }

  /// Replaces what an index selects. The value broadcasts to the selection and converts to this
  /// tensor's dtype: a tensor of a lower kind or the same does, a scalar when the dtype can hold it
  /// exactly (floats round to f32).
  ///
  /// In place when no other tensor views the storage, otherwise on a copy. Of several values for
  /// one element the last stays.
  /// - Throws: as `indexed`; `assignment` when the value does not broadcast, `unsupportedDType` for
  ///   a tensor of a higher kind, `valueOutOfRange`.
  /// - Complexity: O(elements selected) in place.
  package mutating func assign(_ value: Operand, at components: [IndexComponent])
    throws(TensorError)
  {
    let source = try converted(value)
    if !isUnique || repeatsElements { self = try copy() }
    let selection = try IndexSelection(components, of: self)
    let spread: Tensor
    do throws(TensorError) {
      spread = try source.broadcastForAssignment(to: selection.shape)
    } catch {
      // The only reason is the shape.
      throw .assignment(value: source.shape, selection: selection.shape)
    }
    guard selection.shape.count > 0 else { return }
    guard let offsets = selection.offsets else {
      try selection.view.overwrite(with: spread)
      return
    }
    let dense = try spread.contiguous()
    var (before, after) = selection.surroundings
    let status = ck_scatter(
      selection.view.pointer, dense.pointer, offsets.pointer.assumingMemoryBound(to: Int64.self),
      offsets.count, &before, &after, dtype.size)
    withExtendedLifetime((selection.view.storage, offsets.storage, dense.storage)) {}
    if status == CK_INTERRUPTED { throw .interrupted }
  }

  /// Whether some element is seen twice: a broadcast view.
  private var repeatsElements: Bool {
    for axis in 0..<rank where strides[axis] == 0 && shape[axis] > 1 { return true }
    return false
  }

  private func converted(_ value: Operand) throws(TensorError) -> Tensor {
    switch value {
    case .tensor(let tensor):
      guard tensor.dtype.kind <= dtype.kind else {
        throw .unsupportedDType(operation: "assignment to \(dtype.name)", dtype: tensor.dtype)
      }
      return try tensor.cast(to: dtype)
    case .scalar(let scalar):
      if case .float(let number) = scalar, dtype.kind <= .integer, number != number.rounded() {
        throw .valueOutOfRange(value: scalar.text, dtype: dtype)
      }
      if dtype == .bool, scalar != .bool(true), scalar != .bool(false) {
        throw .valueOutOfRange(value: scalar.text, dtype: dtype)
      }
      return try Tensor(scalar: scalar, dtype: dtype)
    }
  }

  /// As `broadcast(to:)`; leading axes of size 1 that the target lacks are dropped.
  private func broadcastForAssignment(to target: Shape) throws(TensorError) -> Tensor {
    var result = self
    while result.rank > target.rank, result.shape[0] == 1 {
      result.shape.remove(at: 0)
      result.strides.remove(at: 0)
    }
    return try result.broadcast(to: target)
  }
}
