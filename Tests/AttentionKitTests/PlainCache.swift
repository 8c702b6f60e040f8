import Foundation
import TensorCore

@testable import AttentionKit

/// Repeatable numbers: SplitMix64.
struct RandomSource {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func word() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func int(below bound: Int) -> Int { Int(word() % UInt64(bound)) }

  /// Multiples of 1/8 from -6 to 6: bf16 holds them, and sums of their products are exact in f32.
  mutating func eighths(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(int(below: 97) - 48) / 8 }
  }

  /// Any numbers from -2 to 2.
  mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Double(word() >> 11) / 9007199254740992 * 4 - 2) }
  }
}

/// What a cache is, as plain arrays: for each position the keys and values of all heads.
struct PlainCache {
  let layout: CacheLayout
  /// [position][head · width + channel]
  var keys: [[Float]] = [] {
    didSet { transformed = transforms() }
  }
  var values: [[Float]] = []

  private(set) var transformed = TransformedKeys { _, _ in [] }

  init(layout: CacheLayout) { self.layout = layout }

  var length: Int { keys.count }

  private func transforms() -> TransformedKeys {
    let (keys, width) = (keys, layout.width)
    return TransformedKeys { position, head in
      keys[position][head * width..<(head + 1) * width].map(Double.init)
    }
  }

  /// Rows of all heads [batch, heads, n, width] as a tensor.
  static func tensor(_ rows: some Collection<[Float]>, _ layout: CacheLayout, _ width: Int) throws
    -> Tensor
  {
    var elements: [Float] = []
    for head in 0..<layout.allHeads {
      for row in rows { elements += row[head * width..<(head + 1) * width] }
    }
    return try Tensor(
      elements, shape: Shape([layout.batch, layout.heads, rows.count, width]))
  }

  /// More positions, and the tensors that hold them.
  mutating func grow(_ count: Int, _ source: inout RandomSource) throws -> (
    keys: Tensor, values: Tensor
  ) {
    let newKeys = (0..<count).map { _ in source.eighths(layout.allHeads * layout.width) }
    let newValues = (0..<count).map { _ in source.eighths(layout.allHeads * layout.valueWidth) }
    keys += newKeys
    values += newValues
    return (
      try PlainCache.tensor(newKeys, layout, layout.width),
      try PlainCache.tensor(newValues, layout, layout.valueWidth)
    )
  }

  /// A cache with these positions, filled in random parts.
  func cache(_ source: inout RandomSource) throws -> KVCache {
    var cache = KVCache(layout)
    while cache.length < length {
      let end = min(length, cache.length + 1 + source.int(below: 300))
      cache = try cache.appending(
        keys: try PlainCache.tensor(keys[cache.length..<end], layout, layout.width),
        values: try PlainCache.tensor(values[cache.length..<end], layout, layout.valueWidth))
    }
    return cache
  }

  static func random(_ layout: CacheLayout, _ length: Int, _ source: inout RandomSource) throws
    -> PlainCache
  {
    var plain = PlainCache(layout: layout)
    _ = try plain.grow(length, &source)
    return plain
  }

  func key(_ position: Int, _ head: Int) -> ArraySlice<Float> {
    keys[position][head * layout.width..<(head + 1) * layout.width]
  }

  func value(_ position: Int, _ head: Int) -> ArraySlice<Float> {
    values[position][head * layout.valueWidth..<(head + 1) * layout.valueWidth]
  }

  /// Attention of a query to some positions of a head, in double precision.
  func attend(_ q: [Float], head: Int, scale: Double, to positions: [Int]) -> [Double] {
    let scores = positions.map { position in
      zip(q, key(position, head)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * scale
    }
    let largest = scores.max() ?? 0
    let weights = scores.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    var result = [Double](repeating: 0, count: layout.valueWidth)
    for (weight, position) in zip(weights, positions) {
      for (channel, value) in value(position, head).enumerated() {
        result[channel] += weight / total * Double(value)
      }
    }
    return result
  }
}

extension KVCache {
  /// The rows of each position, as `PlainCache` has them.
  func rows() throws -> (keys: [[Float]], values: [[Float]]) {
    let contents = try contents()
    func rows(_ tensor: Tensor, _ width: Int) throws -> [[Float]] {
      let elements = try tensor.floats()
      var rows = [[Float]](repeating: [], count: length)
      for head in 0..<layout.allHeads {
        for position in 0..<length {
          let start = (head * length + position) * width
          rows[position] += elements[start..<start + width]
        }
      }
      return rows
    }
    return (try rows(contents.keys, layout.width), try rows(contents.values, layout.valueWidth))
  }
}

extension Tensor {
  func floats() throws -> [Float] { try withElements(of: Float.self) { Array($0) } }
}

/// The first element that is further from what is expected than the largest times `tolerance`.
func mismatch(_ found: [Float], _ expected: [Double], _ tolerance: Double) -> String? {
  guard found.count == expected.count else { return "\(found.count) elements" }
  let largest = expected.map(abs).max() ?? 0
  for (place, (a, b)) in zip(found, expected).enumerated()
  where !(abs(Double(a) - b) <= tolerance * Swift.max(largest, 1e-3)) {
    return "element \(place) is \(a), not \(b)"
  }
  return nil
}
