internal import CKernels

/// Scaled dot-product attention: softmax(q kᵀ · scale) v, block by block, so that no matrix of
/// scores is ever in memory.
///
/// Queries [batch, heads, queries, width], keys [batch, key heads, keys, width], values [batch, key
/// heads, keys, value width]. Several heads may share a key head.
package struct Attention: Sendable {
  /// What scores are multiplied by; nil: 1 / √width.
  package let scale: Double?
  /// The last query sees all keys, each before it one key less.
  package let isCausal: Bool

  package init(scale: Double?, isCausal: Bool) {
    self.scale = scale
    self.isCausal = isCausal
  }

  /// - Throws: `wrongRank`, `shapeMismatch`.
  package static func check(_ q: Shape, _ k: Shape, _ v: Shape) throws(TensorError) {
    for shape in [q, k, v] where shape.rank != 4 {
      throw .wrongRank(operation: "attention", expected: "4", shape: shape)
    }
    func require(_ holds: Bool, _ what: String, _ a: Shape, _ b: Shape) throws(TensorError) {
      if !holds { throw .shapeMismatch(operation: "attention", what: what, lhs: a, rhs: b) }
    }
    try require(q[0] == k[0] && k[0] == v[0], "all have as many batches", q, q[0] == k[0] ? v : k)
    try require(q[3] == k[3], "queries and keys are as wide", q, k)
    try require(k[2] == v[2], "there are as many keys as values", k, v)
    try require(k[1] == v[1], "keys and values have as many heads", k, v)
    try require(
      k[1] > 0 ? q[1] % k[1] == 0 : q[1] == 0, "the heads are a multiple of the key heads", q, k)
  }

  private func layout(_ q: Shape, _ k: Shape, _ v: Shape) -> ck_attention_layout {
    var layout = ck_attention_layout()
    (layout.batch, layout.heads, layout.key_heads) = (q[0], q[1], max(k[1], 1))
    (layout.queries, layout.keys) = (q[2], k[2])
    (layout.width, layout.value_width) = (q[3], v[3])
    layout.scale = scale ?? 1 / Double(max(q[3], 1)).squareRoot()
    layout.causal = isCausal
    return layout
  }

  /// Puts a mask that broadcasts to [batch, heads, queries, keys] into the layout. The mask
  /// returned must be held.
  private func add(
    _ mask: Tensor?, to layout: inout ck_attention_layout, _ dtype: DType
  ) throws(TensorError) -> Tensor? {
    guard let mask else { return nil }
    let target = Shape([layout.batch, layout.heads, layout.queries, layout.keys])
    guard mask.shape.broadcast(with: target) == target else {
      throw .shapeMismatch(
        operation: "attention", what: "the mask broadcasts to the scores", lhs: mask.shape,
        rhs: target)
    }
    let usable = try mask.dtype == .bool ? mask : mask.cast(to: dtype)
    let spread = try usable.broadcast(to: target)
    layout.mask_strides = (
      spread.strides[0], spread.strides[1], spread.strides[2], spread.strides[3]
    )
    if usable.dtype == .bool {
      layout.seen = UnsafePointer(spread.pointer.assumingMemoryBound(to: UInt8.self))
    } else {
      layout.added = UnsafeRawPointer(spread.pointer)
    }
    return spread
  }

  /// Whether keys and values of this dtype are read as they are stored.
  private func readsNarrow(_ q: Tensor, _ k: Tensor, _ v: Tensor) -> Bool {
    guard Int32(k.dtype.rawValue) == Int32(CK_STORED_BF16), v.dtype == k.dtype,
      q.dtype != .f64, k.isContiguous, v.isContiguous
    else { return false }
    let rows = q.shape[1] / max(k.shape[1], 1) * q.shape[2]
    return rows <= Int(CK_FEW_QUERIES_AT_ONCE)
  }

  /// The result [batch, heads, queries, value width], and each query's logsumexp of scores.
  ///
  /// A query that sees no key gets zeros. For few queries the time is that of reading keys and
  /// values once; keys and values of bf16 are then read as they are.
  /// - Throws: as `check`, `shapeMismatch` for a mask; `outOfMemory`, `interrupted`.
  /// - Complexity: O(batch · heads · queries · keys · width), on all threads; memory for the result.
  package func apply(_ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?) throws(TensorError) -> (
    result: Tensor, totals: Tensor
  ) {
    try Attention.check(q.shape, k.shape, v.shape)
    let isNarrow = readsNarrow(q, k, v)
    let operands =
      isNarrow
      ? [try q.cast(to: .f32).contiguous(), k, v]
      : try Tensor.neuralOperands("attention", [q, k, v])
    let dtype = operands[0].dtype
    var layout = layout(q.shape, k.shape, v.shape)
    let held = try add(mask, to: &layout, dtype)
    let result = try Tensor(
      uninitialized: dtype, Shape([q.shape[0], q.shape[1], q.shape[2], v.shape[3]]))
    let totals = try Tensor(uninitialized: dtype, Shape([q.shape[0], q.shape[1], q.shape[2]]))
    let status = ck_attention(
      result.kernelType, isNarrow ? Int32(CK_STORED_BF16) : result.kernelType, &layout,
      operands[0].pointer, operands[1].pointer, operands[2].pointer, result.pointer, totals.pointer)
    withExtendedLifetime((operands, held, result, totals)) {}
    try checkKernel(status)
    return (result, totals)
  }

  /// The cotangents of queries, keys and values, given that of the result and what `apply` gave.
  /// Scores are computed again.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package func backward(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?, result: Tensor, totals: Tensor,
    _ g: Tensor
  ) throws(TensorError) -> [Tensor] {
    let operands = try Tensor.neuralOperands(
      "attention", [q, k, v, result, totals, try g.broadcast(to: result.shape)])
    let dtype = operands[0].dtype
    var layout = layout(q.shape, k.shape, v.shape)
    let held = try add(mask, to: &layout, dtype)
    let gq = try Tensor(uninitialized: dtype, q.shape)
    let gk = try Tensor(uninitialized: dtype, k.shape)
    let gv = try Tensor(uninitialized: dtype, v.shape)
    let status = ck_attention_backward(
      gq.kernelType, &layout, operands[0].pointer, operands[1].pointer, operands[2].pointer,
      operands[3].pointer, operands[4].pointer, operands[5].pointer, gq.pointer, gk.pointer,
      gv.pointer)
    withExtendedLifetime((operands, held, gq, gk, gv)) {}
    try checkKernel(status)
    return [gq, gk, gv]
  }
}

/// Rotary positions: pairs of the last axis turned by angles that grow with the position.
package struct RotaryPositions: Sendable {
  /// How many of the last axis are turned; even.
  package let turned: Int
  package let base: Double
  /// Pairs are neighbours; otherwise element i and i + turned / 2.
  package let isInterleaved: Bool

  package init(turned: Int, base: Double, isInterleaved: Bool) {
    self.turned = turned
    self.base = base
    self.isInterleaved = isInterleaved
  }

  /// Turns [..., length, width] by the positions [length], or back.
  ///
  /// - Throws: `shapeMismatch` when there are not as many positions; `outOfMemory`, `interrupted`.
  package func apply(_ x: Tensor, positions: Tensor, backwards: Bool) throws(TensorError) -> Tensor
  {
    let x = try Tensor.neuralOperands("rope", [x])[0]
    let positions = try positions.cast(to: .f64).contiguous()
    let (length, width) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let result = try Tensor(uninitialized: x.dtype, x.shape)
    let rows = x.shape.array.dropLast(2).reduce(1, *)
    let status = ck_rope(
      x.kernelType, x.pointer, positions.pointer.assumingMemoryBound(to: Double.self), rows, length,
      width, turned, base, isInterleaved, backwards, result.pointer)
    withExtendedLifetime((x, positions, result)) {}
    try checkKernel(status, bytes: length * width * 8)
    return result
  }
}

extension Tensor {
  /// x Φ(x) with the distribution function Φ of the standard normal.
  ///
  /// - Throws: `unsupportedDType` for complex numbers; `outOfMemory`, `interrupted`.
  package func gelu() throws(TensorError) -> Tensor {
    let x = try Tensor.neuralOperands("gelu", [self])[0]
    let result = try Tensor(uninitialized: x.dtype, shape)
    let status = ck_gelu(x.kernelType, x.pointer, count, result.pointer)
    withExtendedLifetime((x, result)) {}
    try checkKernel(status)
    return result
  }

  /// The cotangent of the operand of `gelu`, given that of its result.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package func geluBackward(_ g: Tensor) throws(TensorError) -> Tensor {
    let operands = try Tensor.neuralOperands("gelu", [self, try g.broadcast(to: shape)])
    let result = try Tensor(uninitialized: operands[0].dtype, shape)
    let status = ck_gelu_backward(
      result.kernelType, operands[0].pointer, operands[1].pointer, count, result.pointer)
    withExtendedLifetime((operands, result)) {}
    try checkKernel(status)
    return result
  }
}
