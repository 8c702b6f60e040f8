internal import CKernels

/// Philox4x64-10 (Salmon et al., 2011), the counter-based generator; raw words are bit-equal to NumPy's `Philox`.
///
/// A stream is a key and a position; advancing it makes a new position and nothing else, so draws can be repeated and split.
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
