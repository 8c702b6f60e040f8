internal import CKernels
package import TensorCore

extension KVCache {
  /// Attention of the newest `n` positions' queries [batch, query heads, n, width] to all positions:
  /// [batch, query heads, n, value width].
  ///
  /// Query i of n sees all but the n - 1 - i newest positions; `seen`, bool [n, m] with m from n on,
  /// says instead which of the newest m each query sees. Up to `mostRowsInPlace` queries for each
  /// head of the cache read it as it is stored, and each gets the bits that it would get alone; more,
  /// and those with m above n, go through a copy in f32.
  /// - Parameter scale: what products are multiplied by; nil: 1 / √width.
  /// - Throws: `wrongRank`, `shapeMismatch`, `unsupportedDType`; `argument` for a scale that is not
  ///   finite and for fewer positions than queries; `outOfMemory`, `interrupted`.
  /// - Complexity: O(query heads · n · length · width), on all threads.
  package func attend(
    _ q: Tensor, scale: Double? = nil, seen: Tensor? = nil, operation: String = "kv_attend"
  ) throws(TensorError) -> Tensor {
    let queries = try CacheQueries(operation, q, layout)
    let scale = try CacheOperand.scale(operation, scale, width: layout.width)
    try requirePositions(operation, queries)
    let seen = try checkedMask(seen, queries, operation)
    guard queries.count > 0 else {
      return try Tensor(uninitialized: .f32, queries.shape(0, layout.valueWidth))
    }
    let isSquare = seen.map { $0.shape[1] == queries.count } ?? true
    guard isSquare, queries.group * queries.count <= KVCache.mostRowsInPlace else {
      return try attendThroughCopy(queries, scale, seen)
    }
    let result = try Tensor(
      uninitialized: .f32, queries.shape(queries.count, layout.valueWidth))
    var parameters = ck_cache_queries()
    (parameters.group, parameters.queries) = (queries.group, queries.count)
    parameters.scale = scale
    if let seen {
      parameters.seen = UnsafePointer(seen.pointer.assumingMemoryBound(to: UInt8.self))
    }
    try withKernelCache { (cache) throws(TensorError) in
      try checkKernel(
        ck_cache_attend(cache, &parameters, queries.tensor.floats, result.floats, nil))
    }
    withExtendedLifetime((queries.tensor.storage, result.storage, seen)) {}
    return result
  }

  /// So many queries for each head of the cache take about as long as a copy of the cache and dense
  /// products.
  static let mostRowsInPlace = 4 * Int(CK_FEW_QUERIES_AT_ONCE)

  private func attendThroughCopy(
    _ queries: CacheQueries, _ scale: Double, _ seen: Tensor?
  ) throws(TensorError) -> Tensor {
    let (keys, values) = try contents()
    var mask = seen
    if let seen {
      let before = try Tensor.full(Shape([queries.count, length - seen.shape[1]]), .bool(true))
      mask = try Tensor.concatenated([before, seen], axis: 1)
    }
    let attention = Attention(scale: scale, isCausal: seen == nil)
    let result = try attention.apply(queries.tensor, keys, values, mask: mask).result
    return try result.reshaped(to: queries.shape(queries.count, layout.valueWidth).array)
  }

  /// - Throws: `argument` when there are not as many positions as queries, which belong to the
  ///   newest of them.
  private func requirePositions(_ operation: String, _ queries: CacheQueries) throws(TensorError) {
    guard queries.count > length else { return }
    throw .argument(
      operation: operation, name: "cache", value: "of \(length) positions",
      requirement: "of at least \(queries.count), those of the queries among them")
  }

  private func checkedMask(
    _ seen: Tensor?, _ queries: CacheQueries, _ operation: String
  ) throws(TensorError) -> Tensor? {
    guard let seen else { return nil }
    guard seen.dtype == .bool else {
      throw .argument(
        operation: operation, name: "seen", value: "of \(seen.dtype.name)", requirement: "of bool")
    }
    let isWide = seen.rank == 2 && queries.count <= seen.shape[1] && seen.shape[1] <= length
    guard isWide, seen.shape[0] == queries.count else {
      throw .shapeMismatch(
        operation: operation,
        what: "`seen` has a row and a column for each query, or columns for more positions",
        lhs: seen.shape, rhs: Shape([queries.count, queries.count]))
    }
    return try seen.contiguous()
  }

  /// The products [batch, query heads, length] of one query for each head with all keys, not scaled.
  ///
  /// - Throws: `wrongRank`, `shapeMismatch`, `unsupportedDType`; `outOfMemory`, `interrupted`.
  package func scores(_ q: Tensor) throws(TensorError) -> Tensor {
    let queries = try CacheQueries("kv_scores", q, layout, count: 1)
    let result = try Tensor(uninitialized: .f32, queries.shape(length))
    try withKernelCache { (cache) throws(TensorError) in
      try checkKernel(ck_cache_scores(cache, queries.group, queries.tensor.floats, result.floats))
    }
    withExtendedLifetime((queries.tensor.storage, result.storage)) {}
    return result
  }

  /// Attention of one query for each head to chosen positions alone: [batch, query heads, 1, value
  /// width].
  ///
  /// - Parameter chosen: positions [batch, query heads, most] of integers; -1 stands for none. A
  ///   query with no position gets zeros.
  /// - Throws: `wrongRank`, `shapeMismatch`, `unsupportedDType`; `indexDType`, `indexOutOfRange`;
  ///   `argument` for a scale that is not finite and a position that stands twice; `outOfMemory`,
  ///   `interrupted`.
  /// - Complexity: O(query heads · most · width), on all threads.
  package func attend(_ q: Tensor, chosen: Tensor, scale: Double? = nil) throws(TensorError)
    -> Tensor
  {
    let operation = "kv_attend_chosen"
    let queries = try CacheQueries(operation, q, layout, count: 1)
    let scale = try CacheOperand.scale(operation, scale, width: layout.width)
    let positions = try ChosenPositions(operation, chosen, queries, length: length)
    let result = try Tensor(uninitialized: .f32, queries.shape(1, layout.valueWidth))
    try withKernelCache { (cache) throws(TensorError) in
      try checkKernel(
        ck_cache_attend_chosen(
          cache, queries.group, scale, queries.tensor.floats, positions.positions,
          positions.counts, positions.most, result.floats, nil))
    }
    withExtendedLifetime((queries.tensor.storage, result.storage)) {}
    return result
  }
}

/// Positions that a user chose, as kernels take them: ascending, first in each row.
private struct ChosenPositions {
  /// [rows, most]
  private(set) var positions: [Int32]
  /// How many there are in each row.
  private(set) var counts: [Int32]
  let most: Int

  init(
    _ operation: String, _ chosen: Tensor, _ queries: CacheQueries, length: Int
  ) throws(TensorError) {
    guard chosen.dtype.kind == .integer else { throw .indexDType(chosen.dtype) }
    guard chosen.rank >= 1 else {
      throw .wrongRank(operation: operation, expected: "2 or 3", shape: chosen.shape)
    }
    most = chosen.shape[chosen.rank - 1]
    let wanted = queries.shape(most)
    guard chosen.shape == wanted else {
      throw .shapeMismatch(
        operation: operation, what: "there is a row of positions for each query",
        lhs: chosen.shape, rhs: wanted)
    }
    let given = try chosen.toInts()
    positions = []
    positions.reserveCapacity(given.count)
    counts = []
    for start in stride(from: 0, to: given.count, by: max(most, 1)) {
      var row: [Int32] = []
      for position in given[start..<start + most] where position != -1 {
        guard (0..<length).contains(position) else {
          throw .indexOutOfRange(
            index: position, axis: 2, size: length, shape: queries.shape(length))
        }
        row.append(Int32(position))
      }
      row.sort()
      if let twice = zip(row, row.dropFirst()).first(where: ==) {
        throw .argument(
          operation: operation, name: "chosen", value: "a row with \(twice.0) twice",
          requirement: "different positions in each row")
      }
      counts.append(Int32(row.count))
      positions += row + Array(repeating: -1, count: most - row.count)
    }
    if most == 0 {
      counts = Array(repeating: 0, count: wanted.array.dropLast().reduce(1, *))
    }
  }
}
