internal import CKernels
package import TensorCore

extension KVCache {
  /// The positions [batch, query heads, most] that a method chooses for one query of each head,
  /// ascending, filled up with -1; i64.
  ///
  /// - Throws: `wrongRank`, `shapeMismatch`, `unsupportedDType`; `argument` for a method that does
  ///   not go with the keys; `outOfMemory`, `interrupted`.
  /// - Complexity: that of the method; codes and bounds are made where they have not been.
  package func select(_ q: Tensor, by method: AttentionMethod) throws(TensorError) -> Tensor {
    let queries = try CacheQueries("kv_select", q, layout, count: 1)
    try method.check("kv_select", layout)
    let most = method.positions(of: length)
    let shape = queries.shape(most)
    guard most < length else {
      let all = try Tensor.sequence(from: .int(0), to: .int(length), by: .int(1))
      return try all.broadcast(to: shape).contiguous()
    }
    let chosen = try Tensor(uninitialized: .i32, shape)
    let rows = layout.batch * queries.heads
    var counts = [Int32](repeating: 0, count: rows)
    try withSelection(method, most) { (cache, selection) throws(TensorError) in
      try checkKernel(
        ck_cache_select(
          cache, selection, queries.group, queries.tensor.floats,
          chosen.pointer.assumingMemoryBound(to: Int32.self), &counts))
    }
    withExtendedLifetime(queries.tensor.storage) {}
    return try KVCache.filled(chosen, counts, most)
  }

  /// The first `counts` of each row, with -1 after them, no wider than the longest row.
  private static func filled(_ chosen: Tensor, _ counts: [Int32], _ most: Int) throws(TensorError)
    -> Tensor
  {
    let longest = Int(counts.max() ?? 0)
    var shape = chosen.shape
    shape[shape.rank - 1] = longest
    return try chosen.withElements(of: Int32.self) { (chosen) throws(TensorError) in
      try Tensor(shape) { (result: UnsafeMutableBufferPointer<Int>) throws(TensorError) in
        for (row, count) in counts.enumerated() {
          for place in 0..<longest {
            result[row * longest + place] =
              place < Int(count) ? Int(chosen[row * most + place]) : -1
          }
        }
      }
    }
  }

  /// The distances [batch, query heads, length] of the query's codes from the keys', that adamas
  /// goes by; i32.
  ///
  /// - Throws: as `select`; `argument` for a method without codes.
  package func distances(_ q: Tensor, by method: AttentionMethod) throws(TensorError) -> Tensor {
    let operation = "kv_distances"
    let queries = try CacheQueries(operation, q, layout, count: 1)
    try method.check(operation, layout)
    guard case .adamas = method else {
      throw .argument(
        operation: operation, name: "method", value: "of kind \"\(method.kind.rawValue)\"",
        requirement: "of kind \"adamas\", which alone has distances")
    }
    let result = try Tensor(uninitialized: .i32, queries.shape(length))
    try withSelection(method, max(length, 1)) { (cache, selection) throws(TensorError) in
      try checkKernel(
        ck_cache_distances(
          cache, selection, queries.group, queries.tensor.floats,
          result.pointer.assumingMemoryBound(to: Int32.self)))
    }
    withExtendedLifetime((queries.tensor.storage, result.storage)) {}
    return result
  }

  /// Attention of the newest positions' queries by a method: [batch, query heads, n, value width].
  ///
  /// One query of each head attends to what the method chooses for it; several see all positions
  /// before them. Where the budget reaches as far as the cache, this is `attend`, bit for bit.
  /// - Throws: as `attend` and `select`.
  package func decode(
    _ q: Tensor, by method: AttentionMethod, scale: Double? = nil
  ) throws(TensorError) -> Tensor {
    let operation = "kv_decode"
    try method.check(operation, layout)
    let queries = try CacheQueries(operation, q, layout)
    let most = method.positions(of: length)
    guard queries.count == 1, most < length else {
      return try attend(q, scale: scale, operation: operation)
    }
    let scale = try CacheOperand.scale(operation, scale, width: layout.width)
    let result = try Tensor(uninitialized: .f32, queries.shape(1, layout.valueWidth))
    try withSelection(method, most) { (cache, selection) throws(TensorError) in
      try checkKernel(
        ck_cache_decode(
          cache, selection, queries.group, scale, queries.tensor.floats, result.floats))
    }
    withExtendedLifetime((queries.tensor.storage, result.storage)) {}
    return result
  }

  /// Calls `body` with the method as kernels know it, its codes or bounds made.
  ///
  /// - Parameter budget: as many positions are chosen at most.
  private func withSelection(
    _ method: AttentionMethod, _ budget: Int,
    _ body: (UnsafePointer<ck_cache>, UnsafePointer<ck_selection>) throws(TensorError) -> Void
  ) throws(TensorError) {
    try withKernelCache { (cache) throws(TensorError) in
      var selection = method.kernelSelection
      selection.budget = budget
      guard let index = method.index else {
        try body(cache, &selection)
        return
      }
      try withIndexes(index, of: cache) { (pages) throws(TensorError) in
        selection.index_pages = pages
        try body(cache, &selection)
      }
    }
  }
}
