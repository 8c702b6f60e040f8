internal import CKernels
package import TensorCore

extension KVCache {
  /// The cache with `n` more positions: keys [batch, heads, n, width], values [batch, heads, n,
  /// value width]; the axis of batches may be missing where there is one batch.
  ///
  /// - Throws: `wrongRank`, `shapeMismatch`; `unsupportedDType` for complex numbers; `argument` when
  ///   there would be more than 2^31 - 1 positions; `outOfMemory`, `interrupted`.
  /// - Complexity: O(n · heads · width); where another value has written beyond this one's end, also
  ///   a copy of the last page; where a page begins, also O(pages).
  package func appending(keys: Tensor, values: Tensor) throws(TensorError) -> KVCache {
    let (batch, heads) = (layout.batch, layout.heads)
    var keys = try CacheOperand.rows("kv_append", "keys", keys, batch, heads, layout.width)
    var values = try CacheOperand.rows(
      "kv_append", "values", values, batch, heads, layout.valueWidth)
    let count = keys.shape[2]
    guard values.shape[2] == count else {
      throw .shapeMismatch(
        operation: "kv_append", what: "there are as many keys as values", lhs: keys.shape,
        rhs: values.shape)
    }
    guard count > 0 else { return self }
    guard count <= Int(Int32.max) - length else {
      throw .argument(
        operation: "kv_append", name: "k", value: "of \(count) positions after \(length)",
        requirement: "such that there are at most \(Int32.max)")
    }
    (keys, values) = (
      try CacheOperand.single("kv_append", keys), try CacheOperand.single("kv_append", values)
    )
    let result = KVCache(
      layout: layout, length: length + count, pages: try pages(withRoomFor: count))
    try result.withKernelCache { (cache) throws(TensorError) in
      try checkKernel(ck_cache_write(cache, length, count, keys.floats, values.floats))
    }
    withExtendedLifetime((keys.storage, values.storage)) {}
    return result
  }

  /// The pages for `count` positions after those of this value, which are claimed.
  private func pages(withRoomFor count: Int) throws(TensorError) -> [CachePage] {
    var pages = pages
    let used = length % CachePage.positions
    var left = count
    if used > 0, let last = pages.last {
      let taken = min(left, CachePage.positions - used)
      if !last.claim(used..<used + taken) {
        let own = try last.copy(first: used, layout)
        _ = own.claim(used..<used + taken)
        pages[pages.count - 1] = own
      }
      left -= taken
    }
    while left > 0 {
      let page = try CachePage(layout)
      let taken = min(left, CachePage.positions)
      _ = page.claim(0..<taken)
      pages.append(page)
      left -= taken
    }
    return pages
  }
}

// MARK: - Keeping a part

extension KVCache {
  /// The first `length` positions and, of those after them, the ones that `rows` names, counted from
  /// `length`: of a tree of drafts the path that was accepted.
  ///
  /// - Throws: `argument` for a length beyond the cache's and for rows that are not ascending or
  ///   beyond it; `outOfMemory`, `interrupted`.
  /// - Complexity: O(positions after `length` · heads · width) and that of appending; O(pages) where
  ///   the rows are the first.
  package func keeping(first length: Int, rows: [Int]) throws(TensorError) -> KVCache {
    guard (0...self.length).contains(length) else {
      throw .argument(
        operation: "kv_keep", name: "length", value: String(length),
        requirement: "from 0 to \(self.length)")
    }
    let drafts = self.length - length
    let isAscending = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
    guard isAscending, rows.allSatisfy({ (0..<drafts).contains($0) }) else {
      throw .argument(
        operation: "kv_keep", name: "rows",
        value: "(" + rows.map(String.init).joined(separator: ", ") + ")",
        requirement: "ascending and less than \(drafts), as many as there are after `length`")
    }
    if rows.last.map({ $0 == rows.count - 1 }) ?? true {
      return try rolledBack(to: length + rows.count)
    }
    let (keys, values) = try contents(from: length)
    let places = try Tensor(rows)
    return try rolledBack(to: length).appending(
      keys: try keys.taking(places, axis: 2), values: try values.taking(places, axis: 2))
  }
}

// MARK: - Equality

extension KVCache: Equatable {
  /// Whether sizes, dtype and the keys and values of all positions are equal, as numbers.
  package static func == (a: KVCache, b: KVCache) -> Bool {
    guard a.layout == b.layout, a.length == b.length else { return false }
    let layout = a.layout
    for (number, (mine, other)) in zip(a.pages, b.pages).enumerated() {
      let count = a.filledPositions(ofPage: number)
      for head in 0..<layout.allHeads {
        let start = head * CachePage.positions
        guard
          equal(mine.keys, other.keys, layout.dtype, (start..<start + count) * layout.width),
          equal(
            mine.values, other.values, layout.dtype, (start..<start + count) * layout.valueWidth)
        else { return false }
      }
    }
    return true
  }

  private static func equal(_ a: PageMemory, _ b: PageMemory, _ dtype: DType, _ range: Range<Int>)
    -> Bool
  {
    if dtype == .bf16 {
      let (a, b) = (
        a.bytes.assumingMemoryBound(to: BFloat16.self),
        b.bytes.assumingMemoryBound(to: BFloat16.self)
      )
      return range.allSatisfy { a[$0].single == b[$0].single }
    }
    let (a, b) = (
      a.bytes.assumingMemoryBound(to: Float.self), b.bytes.assumingMemoryBound(to: Float.self)
    )
    return range.allSatisfy { a[$0] == b[$0] }
  }
}

/// The range of elements of a range of rows.
private func * (rows: Range<Int>, width: Int) -> Range<Int> {
  rows.lowerBound * width..<rows.upperBound * width
}
