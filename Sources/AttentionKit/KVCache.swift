internal import CKernels
package import TensorCore

/// The keys and values of the positions a decoder has seen: what the next queries attend to.
///
/// A value: appending and rolling back give others, which share pages with this one. A page is
/// written in place as long as nobody else has written beyond this value's end; otherwise the last
/// page alone is copied.
package struct KVCache: Sendable {
  package let layout: CacheLayout
  /// Positions.
  package let length: Int
  /// Of `CachePage.positions` positions each, the last part filled.
  let pages: [CachePage]

  init(layout: CacheLayout, length: Int, pages: [CachePage]) {
    self.layout = layout
    self.length = length
    self.pages = pages
  }

  /// Without positions.
  package init(_ layout: CacheLayout) {
    self.init(layout: layout, length: 0, pages: [])
  }

  /// The first `length` positions.
  ///
  /// - Throws: `argument` for a length that is negative or beyond the cache's.
  /// - Complexity: O(pages).
  package func rolledBack(to length: Int) throws(TensorError) -> KVCache {
    guard (0...self.length).contains(length) else {
      throw .argument(
        operation: "kv_rollback", name: "length", value: String(length),
        requirement: "from 0 to \(self.length)")
    }
    let count = KVCache.pageCount(length)
    return KVCache(
      layout: layout, length: length, pages: count == pages.count ? pages : Array(pages[..<count]))
  }

  /// The keys [batch, heads, n, width] and values [batch, heads, n, value width] of the positions
  /// from `first` on, as f32.
  ///
  /// - Precondition: `first` is at most the length.
  /// - Throws: `outOfMemory`, `interrupted`.
  package func contents(from first: Int = 0) throws(TensorError) -> (keys: Tensor, values: Tensor) {
    let sizes = [layout.batch, layout.heads, length - first]
    let keys = try Tensor(uninitialized: .f32, Shape(sizes + [layout.width]))
    let values = try Tensor(uninitialized: .f32, Shape(sizes + [layout.valueWidth]))
    try withKernelCache { (cache) throws(TensorError) in
      try checkKernel(ck_cache_read(cache, first, length - first, keys.floats, values.floats))
    }
    withExtendedLifetime((keys.storage, values.storage)) {}
    return (keys, values)
  }

  /// Bytes of the filled positions, and of what methods have derived from them so far.
  package var byteCounts: (keys: Int, values: Int, codes: Int, bounds: Int) {
    var (codes, bounds) = (0, 0)
    for (number, page) in pages.enumerated() {
      let bytes = page.indexBytes(first: filledPositions(ofPage: number))
      codes += bytes.codes
      bounds += bytes.bounds
    }
    return (length * layout.keyBytes, length * layout.valueBytes, codes, bounds)
  }

  static func pageCount(_ length: Int) -> Int {
    (length + CachePage.positions - 1) / CachePage.positions
  }

  func filledPositions(ofPage number: Int) -> Int {
    min(CachePage.positions, length - number * CachePage.positions)
  }

  // MARK: - Kernels

  /// Calls `body` with the cache as kernels know it.
  func withKernelCache<Result>(
    _ body: (UnsafePointer<ck_cache>) throws(TensorError) -> Result
  ) throws(TensorError) -> Result {
    let keyPages: [UnsafeMutableRawPointer?] = pages.map { $0.keys.bytes }
    let valuePages: [UnsafeMutableRawPointer?] = pages.map { $0.values.bytes }
    defer { withExtendedLifetime(pages) {} }
    return try keyPages.withUnsafeBufferPointer { (keys) throws(TensorError) in
      try valuePages.withUnsafeBufferPointer { (values) throws(TensorError) in
        var cache = ck_cache()
        (cache.heads, cache.length) = (layout.allHeads, length)
        (cache.width, cache.value_width) = (layout.width, layout.valueWidth)
        cache.stored = Int32(layout.dtype.rawValue)
        (cache.key_pages, cache.value_pages) = (keys.baseAddress, values.baseAddress)
        return try withUnsafePointer(to: cache) { (cache) throws(TensorError) in try body(cache) }
      }
    }
  }

  /// Calls `body` with the indexes of all pages, made as far as they have not been.
  func withIndexes<Result>(
    _ kind: IndexKind, of cache: UnsafePointer<ck_cache>,
    _ body: (UnsafePointer<UnsafeMutableRawPointer?>?) throws(TensorError) -> Result
  ) throws(TensorError) -> Result {
    var held: [PageMemory] = []
    held.reserveCapacity(pages.count)
    for (number, page) in pages.enumerated() {
      held.append(
        try page.index(
          kind, first: filledPositions(ofPage: number), of: cache, page: number))
    }
    defer { withExtendedLifetime(held) {} }
    let pointers: [UnsafeMutableRawPointer?] = held.map(\.bytes)
    return try pointers.withUnsafeBufferPointer { (pointers) throws(TensorError) in
      try body(pointers.baseAddress)
    }
  }
}

extension Tensor {
  /// The first of the elements of a contiguous tensor of f32; valid while the storage is held.
  var floats: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
}
