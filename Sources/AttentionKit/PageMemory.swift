internal import Synchronization
internal import TensorCore

/// Memory of a page of a cache.
///
/// Small pages are parts of larger blocks, which the system can back with huge pages: reading
/// chosen positions from all over a cache is then twice as fast. A block is given back with the
/// last of its parts.
final class PageMemory: Sendable {
  private let block: Storage
  private let offset: Int
  let byteCount: Int

  private static let blockBytes = 4 << 20
  private static let alignment = 64

  /// The block that parts are taken from, and how much of it is taken.
  private static let current = Mutex<(block: Storage, taken: Int)?>(nil)

  /// Uninitialised, aligned to 64 bytes.
  ///
  /// - Throws: `outOfMemory`.
  init(byteCount: Int) throws(TensorError) {
    self.byteCount = byteCount
    guard byteCount <= PageMemory.blockBytes / 4 else {
      block = try Storage(byteCount: byteCount)
      offset = 0
      return
    }
    let (mask, blockBytes) = (PageMemory.alignment - 1, PageMemory.blockBytes)
    let rounded = (byteCount + mask) & ~mask
    (block, offset) = try PageMemory.current.withLock { (current) throws(TensorError) in
      if let (block, taken) = current, taken + rounded <= blockBytes {
        current = (block, taken + rounded)
        return (block, taken)
      }
      let block = try Storage(byteCount: blockBytes)
      current = (block, rounded)
      return (block, 0)
    }
  }

  /// The first byte; valid while the page is held.
  var bytes: UnsafeMutableRawPointer { block.bytes + offset }
}
