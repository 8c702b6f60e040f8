import TensorCore
import Testing

@testable import AttentionKit

/// Codes of keys: where their edges are, and what their distances say.
@Suite struct CodesTests {
  private static let representatives: [Float] = [-20, -5, 5, 20]

  private func method(
    _ edges: [Double], _ metric: CodeDistance = .l1, isTransformed: Bool = false
  ) throws -> AttentionMethod {
    let bits = [1: 1, 3: 2, 7: 3][edges.count] ?? 0
    return .adamas(
      budget: 1, code: try KeyCode(bits: bits, edges: edges, isTransformed: isTransformed),
      metric: metric)
  }

  /// The distances of one query from keys of one head.
  private func distances(_ q: [Float], _ keys: [[Float]], _ method: AttentionMethod) throws -> [Int]
  {
    let layout = try CacheLayout(heads: 1, width: q.count)
    let rows = try PlainCache.tensor(keys, layout, q.count)
    let cache = try KVCache(layout).appending(keys: rows, values: rows)
    return try cache.distances(
      try Tensor(q, shape: Shape([1, 1, 1, q.count])), by: method
    ).toInts()
  }

  @Test(arguments: [1, 3, 8, 31, 64, 128]) func distancesOfAllPairsOfCodesAreExact(width: Int)
    throws
  {
    let values = CodesTests.representatives
    let keys = values.map { Array(repeating: $0, count: width) }
    for (a, value) in values.enumerated() {
      let q = Array(repeating: value, count: width)
      let l1 = try distances(q, keys, method([-10, 0, 10]))
      let l2 = try distances(q, keys, method([-10, 0, 10], .l2))
      let xor = try distances(q, keys, method([-10, 0, 10], .xor))
      for b in 0..<4 {
        #expect(l1[b] == abs(a - b) * width)
        #expect(l2[b] == (a - b) * (a - b) * width)
        #expect(xor[b] == (a ^ b) * width)
      }
    }
  }

  @Test func xorIsLargerByTwoForEachPairOfInnerCodes() throws {
    var source = RandomSource(8)
    let codes = (0..<200).map { _ in (0..<128).map { _ in source.int(below: 4) } }
    let keys = codes.map { $0.map { CodesTests.representatives[$0] } }
    let l1 = try distances(keys[0], keys, method([-10, 0, 10]))
    let xor = try distances(keys[0], keys, method([-10, 0, 10], .xor))
    for (place, code) in codes.enumerated() {
      let inner = zip(codes[0], code).count { Set([$0, $1]) == [1, 2] }
      #expect(xor[place] == l1[place] + 2 * inner)
      #expect(l1[place] == zip(codes[0], code).reduce(0) { $0 + abs($1.0 - $1.1) })
    }
  }

  @Test func anEdgeBelongsToTheLowerBucket() throws {
    let values: [Float] = [
      -10, Float(-10).nextUp, 0, -0.0, Float(0).nextUp, 10, Float(10).nextUp, -11, .nan,
      .infinity, -.infinity,
    ]
    let expected = [0, 1, 1, 1, 2, 2, 3, 0, 0, 3, 0]
    for width in [1, 16, 5] {
      let keys = values.map { [$0] + Array(repeating: Float(-20), count: width - 1) }
      let q = Array(repeating: Float(-20), count: width)
      #expect(try distances(q, keys, method([-10, 0, 10])) == expected)
    }
    #expect(
      try distances([-20], values.map { [$0] }, method([-10, 0, 10], isTransformed: true))
        == expected)
    // [20, 0, 0, 0] becomes 10 everywhere.
    #expect(
      try distances(
        [-60, 0, 0, 0], [[20, 0, 0, 0], [Float(20).nextUp, 0, 0, 0]],
        method([-10, 0, 10], isTransformed: true)) == [8, 12])
  }

  @Test func theLargestDistancesFit() throws {
    for width in [128, 1024] {
      let keys = [-100, 100].map { Array(repeating: Float($0), count: width) }
      let edges = [-3.0, -2, -1, 0, 1, 2, 3]
      #expect(try distances(keys[0], keys, method(edges)) == [0, 7 * width])
      #expect(try distances(keys[0], keys, method(edges, .l2)) == [0, 49 * width])
      #expect(try distances(keys[0], keys, method([-10, 0, 10])) == [0, 3 * width])
    }
  }

  /// Keys and query with four channels far larger than the others: the products hang on these alone,
  /// of which codes know little unless they are spread over all channels.
  @Test func theTransformFindsMoreWhereChannelsStandOut() throws {
    var source = RandomSource(10)
    let layout = try CacheLayout(heads: 1, width: 64)
    var plain = PlainCache(layout: layout)
    func row() -> [Float] { source.eighths(64).enumerated().map { $0 < 4 ? 16 * $1 : $1 } }
    plain.keys = (0..<1000).map { _ in row() }
    plain.values = plain.keys
    let cache = try plain.cache(&source)
    func found(_ isTransformed: Bool) throws -> Int {
      let code = try KeyCode(bits: 2, edges: [-10, 0, 10], isTransformed: isTransformed)
      return try (0..<8).reduce(0) { total, _ in
        let q = try Tensor(row(), shape: Shape([1, 1, 1, 64]))
        let best = Set(try cache.select(q, by: .oracle(budget: 33)).toInts())
        let chosen = try cache.select(q, by: .adamas(budget: 65, code: code, metric: .l1))
        return total + best.intersection(try chosen.toInts()).count
      }
    }
    let (without, with) = (try found(false), try found(true))
    #expect(with > 2 * without, "\(with) and \(without) of 264")
  }

  /// Positions carry no weight of their own: keys in another order are chosen in that order.
  @Test func theOrderOfKeysDoesNotMatterApartFromTies() throws {
    var source = RandomSource(9)
    let layout = try CacheLayout(heads: 1, width: 64)
    let plain = try PlainCache.random(layout, 300, &source)
    var order = Array(0..<299)
    for place in order.indices { order.swapAt(place, source.int(below: 299)) }
    order.append(299)
    var turned = PlainCache(layout: layout)
    turned.keys = order.map { plain.keys[$0] }
    turned.values = order.map { plain.values[$0] }
    let q = try Tensor(source.eighths(64), shape: Shape([1, 1, 1, 64]))
    let (cache, other) = (try plain.cache(&source), try turned.cache(&source))
    for method in try SelectionTests.methods(40) {
      guard case .adamas = method else { continue }
      let distances = try cache.distances(q, by: method).toInts()
      let others = try other.distances(q, by: method).toInts()
      #expect(others == order.map { distances[$0] })
      let chosen = try cache.select(q, by: method).toInts().map { distances[$0] }.sorted()
      #expect(try other.select(q, by: method).toInts().map { others[$0] }.sorted() == chosen)
    }
  }

  @Test func whatIsNoCodeIsRefused() {
    for (bits, edges) in [
      (0, []), (4, []), (1, []), (1, [1, 2]), (2, [1, 2]), (2, [3, 2, 1]), (2, [1, 1, 2]),
      (1, [Double.nan]), (1, [Double.infinity]), (1, [1e300]), (-1, []), (2, [0, 1, Double.nan]),
    ] as [(Int, [Double])] {
      #expect(throws: TensorError.self) {
        try KeyCode(bits: bits, edges: edges, isTransformed: false)
      }
    }
  }

  @Test func whatIsNoMethodIsRefused() throws {
    for method in [
      AttentionMethod.streaming(budget: 0, sinks: 0), .streaming(budget: 4, sinks: 4),
      .streaming(budget: 4, sinks: -1), .quest(budget: 4, page: 0), .quest(budget: 4, page: 3),
      .quest(budget: 4, page: 512), .quest(budget: 0, page: 4), .oracle(budget: 0),
      .random(budget: -1, seed: 0),
    ] {
      #expect(throws: TensorError.self) { try method.checked() }
    }
    let wide = KVCache(try CacheLayout(heads: 1, width: 48))
    let q = try Tensor.zeros(Shape([1, 1, 1, 48]), .f32)
    let code = try method([-10, 0, 10], isTransformed: true)
    #expect(throws: TensorError.self) { try wide.select(q, by: code) }
    #expect(throws: TensorError.self) { try wide.decode(q, by: code) }
    #expect(throws: TensorError.self) { try wide.distances(q, by: .oracle(budget: 1)) }
  }
}
