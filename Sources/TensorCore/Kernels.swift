internal import CKernels

/// The kernels' state that belongs to the process: memory, threads, interruption.
package enum Kernels {
  /// Bytes of tensors now live, by the sizes of their blocks.
  package static var liveBytes: Int { ck_pool_live_bytes() }

  /// The most that were live at once since the last `resetPeak`.
  package static var peakBytes: Int { ck_pool_peak_bytes() }

  package static func resetPeak() { ck_pool_reset_peak() }

  /// The most bytes that may be live; an allocation beyond throws `outOfMemory`. Nil: no limit.
  package static func limitMemory(toBytes limit: Int?) { ck_pool_set_limit(limit ?? 0) }

  /// How many threads share a kernel's work; the calling one is among them.
  package static var threadCount: Int {
    get { Int(ck_thread_count()) }
    set { ck_set_threads(Int32(clamping: newValue)) }
  }

  /// Uses no more than an instruction set from now on, for tests of every variant: 0 the plainest
  /// of the architecture, 1 x86-64-v3, 2 x86-64-v4. The one in use, which may be lower.
  package static func limitInstructionSet(to level: Int) -> Int {
    Int(ck_limit_instruction_set(Int32(level)))
  }
}
