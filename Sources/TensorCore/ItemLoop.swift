internal import CKernels

/// Loops over independent work on the kernels' threads, for code above the kernels.
package enum ItemLoop {
  /// Whether this thread works on a part of such a loop: kernels then keep to it.
  package static var isInside: Bool { ck_inside_region() }

  /// Calls `body` with consecutive parts of `0 ..< count`, each of `grain` elements but the last,
  /// on all threads, parts in increasing order on each. Returns when all are done. Inside another
  /// loop, or while another thread runs one, all parts run here.
  ///
  /// `body` runs on several threads at once: parts must write to different places and share nothing
  /// else.
  package static func forEach(
    _ count: Int, grain: Int, _ body: (_ low: Int, _ high: Int) -> Void
  ) {
    Parallel.forEach(count, grain: grain, body)
  }
}
