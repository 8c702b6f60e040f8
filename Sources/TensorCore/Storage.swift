internal import CKernels

/// A block of memory that tensors view. Never written once two tensors share it; see
/// `Tensor.withMutableElements`.
///
/// Comes from and returns to the kernels' buffer pool, so that temporaries cost no page faults.
package final class Storage: @unchecked Sendable {
  // Safe because the bytes are written only while the storage is uniquely referenced.
  package let bytes: UnsafeMutableRawPointer
  package let byteCount: Int

  /// Uninitialised memory, aligned to 64 bytes.
  ///
  /// - Throws: `TensorError.outOfMemory` when the memory limit would be passed or the system
  ///   refuses.
  package init(byteCount: Int) throws(TensorError) {
    guard byteCount >= 0, let block = ck_pool_allocate(byteCount) else {
      throw TensorError.outOfMemory(bytes: byteCount)
    }
    bytes = block
    self.byteCount = byteCount
  }

  /// The bytes that all storage of the process may take together.
  package static func setLimit(bytes: Int) { ck_pool_set_limit(bytes) }

  deinit { ck_pool_free(bytes, byteCount) }
}
