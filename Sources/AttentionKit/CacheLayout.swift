package import TensorCore

/// What the positions of a cache hold: a key and a value for each head of each batch.
package struct CacheLayout: Equatable, Sendable {
  package let batch: Int
  package let heads: Int
  /// Of a key, in channels.
  package let width: Int
  /// Of a value, in channels.
  package let valueWidth: Int
  /// What keys and values are kept in: f32 or bf16.
  package let dtype: DType

  /// - Throws: `argument` for a size below 1 or another dtype, `outOfMemory` for sizes of which no
  ///   memory holds a page.
  package init(
    heads: Int, width: Int, valueWidth: Int? = nil, batch: Int = 1, dtype: DType = .f32
  ) throws(TensorError) {
    let sizes = [
      ("heads", heads), ("width", width), ("value_width", valueWidth ?? width), ("batch", batch),
    ]
    for (name, size) in sizes where size < 1 {
      throw .argument(
        operation: "kv_cache", name: name, value: String(size), requirement: "at least 1")
    }
    guard dtype == .f32 || dtype == .bf16 else {
      throw .argument(
        operation: "kv_cache", name: "dtype", value: dtype.name, requirement: "f32 or bf16")
    }
    let page = Shape([batch, heads, CachePage.positions, max(width, valueWidth ?? width)])
    guard let count = page.checkedCount, count <= Int.max / 16 else {
      throw .outOfMemory(bytes: Int.max)
    }
    self.batch = batch
    self.heads = heads
    self.width = width
    self.valueWidth = valueWidth ?? width
    self.dtype = dtype
  }

  /// The heads of all batches.
  package var allHeads: Int { batch * heads }

  /// Bytes of one position of all heads.
  var keyBytes: Int { allHeads * width * dtype.size }
  var valueBytes: Int { allHeads * valueWidth * dtype.size }
}
