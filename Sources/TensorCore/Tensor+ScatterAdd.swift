internal import CKernels

extension Tensor {
  /// Adds `values`, which broadcast to the selection, to what an index selects. A position that the
  /// index names several times gets every value. On a copy unless no other tensor views the
  /// storage.
  ///
  /// - Precondition: this tensor is f32, f64 or bf16.
  /// - Throws: as `assign`.
  /// - Complexity: O(elements selected) in place; long rows on all threads, each place in order.
  package mutating func add(_ values: Tensor, at components: [IndexComponent]) throws(TensorError) {
    if dtype != .f32 && dtype != .f64 {
      var wide = try cast(to: .f32)
      try wide.add(try values.cast(to: .f32), at: components)
      self = try wide.cast(to: dtype)
      return
    }
    if !isUnique { self = try copy() }
    let selection = try IndexSelection(components, of: self)
    let source: Tensor
    do throws(TensorError) {
      source = try values.cast(to: dtype).broadcast(to: selection.shape).contiguous()
    } catch {
      throw .assignment(value: values.shape, selection: selection.shape)
    }
    guard source.count > 0 else { return }
    guard let offsets = selection.offsets else {
      let sum = try Tensor.elementwise(.add, selection.view, source)
      try selection.view.overwrite(with: sum)
      return
    }
    var (before, after) = selection.surroundings
    let status = ck_scatter_add(
      selection.view.pointer, source.pointer,
      offsets.pointer.assumingMemoryBound(to: Int64.self), offsets.count, &before, &after,
      dtype == .f64 ? 1 : 0)
    withExtendedLifetime((selection.view.storage, offsets.storage, source.storage)) {}
    if status == CK_INTERRUPTED { throw .interrupted }
  }
}
