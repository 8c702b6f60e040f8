internal import CKernels
package import TensorCore

/// How keys are written with a few bits a channel: how many of the edges the channel is above.
package struct KeyCode: Hashable, Sendable {
  /// 1, 2 or 3.
  package let bits: Int
  /// 2^bits - 1, ascending.
  package let edges: [Float]
  /// Whether channels are those of the orthonormal Walsh–Hadamard transform of the key.
  package let isTransformed: Bool

  /// - Throws: `argument` for other bits or edges.
  package init(bits: Int, edges: [Double], isTransformed: Bool) throws(TensorError) {
    guard (1...3).contains(bits) else {
      throw .argument(
        operation: "adamas", name: "bits", value: String(bits), requirement: "1, 2 or 3")
    }
    let count = 1 << bits - 1
    let isAscending = zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }
    guard edges.count == count, isAscending, edges.allSatisfy({ Float($0).isFinite }) else {
      throw .argument(
        operation: "adamas", name: "edges",
        value: "(" + edges.map { "\($0)" }.joined(separator: ", ") + ")",
        requirement: "\(count) ascending number\(count == 1 ? "" : "s") for \(bits)-bit codes")
    }
    self.bits = bits
    self.edges = edges.map { Float($0) }
    self.isTransformed = isTransformed
  }

  var kernelCode: ck_code {
    var code = ck_code()
    code.bits = Int32(bits)
    code.hadamard = isTransformed
    withUnsafeMutableBytes(of: &code.edges) { bytes in
      edges.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
    return code
  }
}

/// What is derived from the keys of a page and kept beside them.
enum IndexKind: Hashable, Sendable {
  case codes(KeyCode)
  /// The smallest and largest of each channel over runs of `span` positions.
  case bounds(span: Int)

  /// How many of the first `count` positions there is something to be made of: a run that is not
  /// full is never looked at, since the newest run is chosen in any case.
  func usefulPositions(of count: Int) -> Int {
    switch self {
    case .codes: count
    case .bounds(let span): count / span * span
    }
  }

  /// Memory for the index of a page.
  ///
  /// - Throws: `outOfMemory`.
  func emptyPage(for cache: UnsafePointer<ck_cache>) throws(TensorError) -> PageMemory {
    let (heads, width) = (cache.pointee.heads, cache.pointee.width)
    let byteCount =
      switch self {
      case .codes(let code): ck_code_page_bytes(heads, width, Int32(code.bits))
      case .bounds(let span): ck_bound_page_bytes(heads, width, span)
      }
    let storage = try PageMemory(byteCount: byteCount)
    storage.bytes.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    return storage
  }

  /// Derives what belongs to a range of positions of a page.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  func make(
    _ range: Range<Int>, of cache: UnsafePointer<ck_cache>, page: Int, into storage: PageMemory
  ) throws(TensorError) {
    switch self {
    case .codes(let code):
      var code = code.kernelCode
      try checkKernel(
        ck_cache_encode(cache, &code, page, range.lowerBound, range.count, storage.bytes))
    case .bounds(let span):
      try checkKernel(
        ck_cache_bounds(cache, span, page, range.lowerBound, range.count, storage.bytes))
    }
  }
}
