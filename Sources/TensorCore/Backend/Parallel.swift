internal import CKernels

/// Loops over the kernels' threads.
enum Parallel {
  /// Calls `body` with consecutive parts of `0 ..< count`, each of `grain` elements but the last,
  /// on all threads. The parts do not depend on the number of threads. Returns when all are done.
  ///
  /// `body` runs on several threads at once: parts must write to different places and share nothing
  /// else.
  static func forEach(
    _ count: Int, grain: Int, _ body: (_ low: Int, _ high: Int) -> Void
  ) {
    if count <= grain {
      if count > 0 { body(0, count) }
      return
    }
    withoutActuallyEscaping(body) { body in
      var context = Body(call: body)
      withUnsafeMutablePointer(to: &context) { context in
        ck_parallel_for(
          count, grain,
          { context, low, high in
            context?.assumingMemoryBound(to: Body.self).pointee.call(low, high)
          }, context)
      }
    }
  }

  private struct Body {
    let call: (Int, Int) -> Void
  }
}
