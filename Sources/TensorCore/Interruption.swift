internal import CKernels

/// Asks kernels to stop: they look between blocks and give up with `TensorError.interrupted`.
///
/// Every thread has a wish of its own to look at, so that two evaluators in one process are stopped
/// apart.
package enum Interruption {
  /// Kernels called from this thread stop when the number is not 0; nil: when this thread's own
  /// `request` says so.
  ///
  /// - Precondition: the flag outlives its use.
  package static func observe(_ flag: UnsafePointer<Int32>?) { ck_interrupt_observe(flag) }

  /// From this thread, for this thread: for tests and for callers that observe no flag.
  package static func request() { ck_interrupt_request() }

  package static func clear() { ck_interrupt_clear() }

  package static var isRequested: Bool { ck_interrupted() }
}
