internal import CKernels
internal import Synchronization
internal import TensorCore

/// The keys and values of 256 adjacent positions, head by head, and what has been derived from the
/// keys.
///
/// A position is written once, by the value that claims it; so caches with a common beginning share
/// pages, and codes and bounds stay true.
final class CachePage: Sendable {
  static let positions = Int(CK_PAGE_KEYS)

  /// [heads, 256, width]
  let keys: PageMemory
  /// [heads, 256, value width]
  let values: PageMemory
  /// How many positions, from the first, are written or about to be.
  private let claimed: Atomic<Int>
  private let indexes = Mutex<[PageIndex]>([])

  /// Uninitialised.
  ///
  /// - Throws: `outOfMemory`.
  init(_ layout: CacheLayout) throws(TensorError) {
    keys = try PageMemory(byteCount: CachePage.positions * layout.keyBytes)
    values = try PageMemory(byteCount: CachePage.positions * layout.valueBytes)
    claimed = Atomic(0)
  }

  /// Makes the positions of a range the caller's to write, once.
  ///
  /// - Returns: false when they do not follow those that are claimed already.
  func claim(_ range: Range<Int>) -> Bool {
    claimed.compareExchange(
      expected: range.lowerBound, desired: range.upperBound, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// A page of its own with the first `count` positions, which are claimed.
  ///
  /// - Throws: `outOfMemory`.
  /// - Complexity: O(heads · count · width).
  func copy(first count: Int, _ layout: CacheLayout) throws(TensorError) -> CachePage {
    let page = try CachePage(layout)
    _ = page.claim(0..<count)
    for head in 0..<layout.allHeads {
      for (source, target, width) in [
        (keys, page.keys, layout.width), (values, page.values, layout.valueWidth),
      ] {
        let row = width * layout.dtype.size
        let start = head * CachePage.positions * row
        (target.bytes + start).copyMemory(from: source.bytes + start, byteCount: count * row)
      }
    }
    return page
  }
}

// MARK: - Codes and bounds

extension CachePage {
  /// What is derived from the keys of a page, made for the first `made` positions.
  private struct PageIndex {
    let kind: IndexKind
    let storage: PageMemory
    var made: Int
  }

  /// So many kinds are kept with a page; the one longest unused makes room.
  private static let mostIndexes = 8

  /// Codes or bounds of the first `count` positions, made now as far as they have not been.
  ///
  /// - Parameters:
  ///   - cache: one that holds this page as its number `number`.
  /// - Throws: `outOfMemory`, `interrupted`.
  /// - Complexity: O(1) when they exist; O(heads · positions · width · log width) for what is new.
  func index(
    _ kind: IndexKind, first count: Int, of cache: UnsafePointer<ck_cache>, page number: Int
  ) throws(TensorError) -> PageMemory {
    let wanted = kind.usefulPositions(of: count)
    return try indexes.withLock { (indexes) throws(TensorError) in
      var entry: PageIndex
      if let place = indexes.firstIndex(where: { $0.kind == kind }) {
        entry = indexes[place]
        if entry.made >= wanted && place == indexes.count - 1 { return entry.storage }
        indexes.remove(at: place)
      } else {
        entry = PageIndex(kind: kind, storage: try kind.emptyPage(for: cache), made: 0)
        if indexes.count >= CachePage.mostIndexes { indexes.removeFirst() }
      }
      defer { indexes.append(entry) }
      if entry.made < wanted {
        try kind.make(entry.made..<wanted, of: cache, page: number, into: entry.storage)
        entry.made = wanted
      }
      return entry.storage
    }
  }

  /// Bytes that codes, and bounds, of the first `count` positions take now.
  func indexBytes(first count: Int) -> (codes: Int, bounds: Int) {
    indexes.withLock { indexes in
      var bytes = (codes: 0, bounds: 0)
      for entry in indexes {
        let part = entry.storage.byteCount * min(entry.made, count) / CachePage.positions
        switch entry.kind {
        case .codes: bytes.codes += part
        case .bounds: bytes.bounds += part
        }
      }
      return bytes
    }
  }
}
