internal import CKernels

/// Philox4x64-10 (Salmon et al., 2011), the counter-based generator; raw words are bit-equal to
/// NumPy's `Philox`.
///
/// A stream is a key and a position; advancing it makes a new position and nothing else, so draws
/// can be repeated and split.
package struct PhiloxStream: Sendable, Hashable {
  package let key: (UInt64, UInt64)
  /// The number of 64-bit words already drawn.
  package var position: UInt64

  package init(key: (UInt64, UInt64), position: UInt64 = 0) {
    self.key = key
    self.position = position
  }

  package static func == (a: PhiloxStream, b: PhiloxStream) -> Bool {
    a.key == b.key && a.position == b.position
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(key.0)
    hasher.combine(key.1)
    hasher.combine(position)
  }
}

// MARK: - Drawing and deriving

extension PhiloxStream {
  /// The stream of a user's seed: key words (seed, 0), as NumPy's `Philox(key=seed)`.
  package init(seed: UInt64) { self.init(key: (seed, 0)) }

  /// The next raw words; NumPy's `random_raw(count)`.
  ///
  /// - Complexity: O(count); also from the middle of the stream.
  package mutating func next(words count: Int) -> [UInt64] {
    let start = position
    position &+= UInt64(count)
    return [UInt64](unsafeUninitializedCapacity: count) { buffer, filled in
      if let base = buffer.baseAddress {
        ck_philox_words(key.0, key.1, start, Int64(count), base)
      }
      filled = count
    }
  }

  /// The next raw word.
  package mutating func next() -> UInt64 {
    var word: UInt64 = 0
    ck_philox_words(key.0, key.1, position, 1, &word)
    position &+= 1
    return word
  }

  /// The stream with number `index` that belongs to this key, whatever the position.
  ///
  /// Its key is the first two words of the block at counter (index, 0, 0, 1). Draws use counters
  /// (n, 0, 0, 0), so a child never meets its parent's words, and children of different index have
  /// different keys.
  package func split(_ index: UInt64) -> PhiloxStream {
    let block = words(at: (index, 0, 0, 1))
    return PhiloxStream(key: (block[0], block[1]))
  }

  private func words(at counter: (UInt64, UInt64, UInt64, UInt64)) -> [UInt64] {
    [UInt64](unsafeUninitializedCapacity: 4) { buffer, filled in
      let input: [UInt64] = [counter.0, counter.1, counter.2, counter.3]
      if let base = buffer.baseAddress { ck_philox_block(key.0, key.1, input, base) }
      filled = 4
    }
  }
}
