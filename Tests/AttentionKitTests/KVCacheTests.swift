import TensorCore
import Testing

@testable import AttentionKit

@Suite struct KVCacheTests {
  private static let layouts: [(heads: Int, width: Int, valueWidth: Int, batch: Int)] = [
    (1, 1, 1, 1), (2, 8, 8, 1), (3, 5, 7, 2), (1, 32, 16, 3),
  ]

  /// Caches that branch off each other by random appends and rollbacks each keep what they were
  /// given.
  @Test(arguments: 0..<8) func branchesNeverSeeEachOthersRows(seed: Int) throws {
    var source = RandomSource(UInt64(seed))
    let sizes = KVCacheTests.layouts[seed % 4]
    let layout = try CacheLayout(
      heads: sizes.heads, width: sizes.width, valueWidth: sizes.valueWidth, batch: sizes.batch,
      dtype: seed < 4 ? .f32 : .bf16)
    var pairs = [(plain: PlainCache(layout: layout), cache: KVCache(layout))]
    for _ in 0..<60 {
      let from = source.int(below: pairs.count)
      var (plain, cache) = pairs[from]
      if source.int(below: 3) == 0 {
        let length = source.int(below: plain.length + 1)
        plain.keys = Array(plain.keys[..<length])
        plain.values = Array(plain.values[..<length])
        cache = try cache.rolledBack(to: length)
      } else {
        let most = [1, 1, 3, 260][source.int(below: 4)]
        let (keys, values) = try plain.grow(source.int(below: most + 1), &source)
        cache = try cache.appending(keys: keys, values: values)
      }
      if pairs.count < 6 {
        pairs.append((plain, cache))
      } else {
        pairs[source.int(below: 6)] = (plain, cache)
      }
    }
    for (plain, cache) in pairs {
      let rows = try cache.rows()
      #expect(cache.length == plain.length)
      #expect(rows.keys == plain.keys)
      #expect(rows.values == plain.values)
    }
  }

  @Test func aTokenIsAppendedInPlaceUntilSomebodyElseHasBeenThere() throws {
    let layout = try CacheLayout(heads: 1, width: 2)
    let row = try Tensor([Float(1), 2], shape: Shape([1, 1, 1, 2]))
    let first = try KVCache(layout).appending(keys: row, values: row)
    let second = try first.appending(keys: row, values: row)
    #expect(first.pages[0] === second.pages[0])
    let other = try first.appending(keys: row, values: row)
    #expect(first.pages[0] !== other.pages[0])
    let third = try other.appending(keys: row, values: row)
    #expect(third.pages[0] === other.pages[0])
  }

  @Test func onlyTheLastPageIsCopied() throws {
    var source = RandomSource(1)
    var plain = PlainCache(layout: try CacheLayout(heads: 1, width: 1))
    let (keys, values) = try plain.grow(600, &source)
    let long = try KVCache(plain.layout).appending(keys: keys, values: values)
    let one = try Tensor([Float(1)], shape: Shape([1, 1, 1, 1]))
    let back = try long.rolledBack(to: 300).appending(keys: one, values: one)
    #expect(back.pages[0] === long.pages[0])
    #expect(back.pages[1] !== long.pages[1])
    let whole = try long.rolledBack(to: 512).appending(keys: one, values: one)
    #expect(whole.pages[1] === long.pages[1])
    #expect(whole.pages.count == 3)
  }

  @Test func theAcceptedPathOfATreeIsKept() throws {
    var source = RandomSource(5)
    for dtype in [DType.f32, .bf16] {
      let layout = try CacheLayout(heads: 2, width: 3, valueWidth: 2, dtype: dtype)
      let plain = try PlainCache.random(layout, 270, &source)
      let cache = try plain.cache(&source)
      for (length, rows) in [
        (250, [0, 3, 4, 19]), (250, [0, 1]), (250, []), (256, [13]), (0, [7, 100, 269]), (270, []),
      ] {
        let kept = try cache.keeping(first: length, rows: rows)
        let positions = Array(0..<length) + rows.map { length + $0 }
        #expect(try kept.rows().keys == positions.map { plain.keys[$0] })
        #expect(try kept.rows().values == positions.map { plain.values[$0] })
      }
      for (length, rows) in [(-1, []), (271, []), (260, [10]), (260, [1, 1]), (260, [-1])] {
        #expect(throws: TensorError.self) { try cache.keeping(first: length, rows: rows) }
      }
      #expect(try cache.rows().keys == plain.keys)
    }
  }

  @Test func bf16RoundsToTheNearest() throws {
    let layout = try CacheLayout(heads: 1, width: 4, dtype: .bf16)
    let numbers: [Float] = [1.003, -3.14159, 1e-30, 70000]
    let row = try Tensor(numbers, shape: Shape([1, 1, 1, 4]))
    let cache = try KVCache(layout).appending(keys: row, values: row)
    #expect(try cache.rows().keys[0] == numbers.map { BFloat16(Double($0)).single })
  }

  @Test func otherDTypesAreConverted() throws {
    let layout = try CacheLayout(heads: 1, width: 2)
    let doubles = try Tensor([0.1, 0.2], shape: Shape([1, 1, 1, 2]))
    let ints = try Tensor([3, 4], shape: Shape([1, 1, 2]))
    let cache = try KVCache(layout).appending(keys: doubles, values: ints)
    #expect(try cache.rows().keys == [[Float(0.1), Float(0.2)]])
    #expect(try cache.rows().values == [[3, 4]])
  }

  @Test func equalityIsThatOfContents() throws {
    var source = RandomSource(3)
    for dtype in [DType.f32, .bf16] {
      let layout = try CacheLayout(heads: 2, width: 3, valueWidth: 2, dtype: dtype)
      let plain = try PlainCache.random(layout, 259, &source)
      let (a, b) = (try plain.cache(&source), try plain.cache(&source))
      #expect(a == b)
      #expect(try a.rolledBack(to: 258) != b)
      #expect(try a.rolledBack(to: 258) == b.rolledBack(to: 258))
      var other = plain
      other.keys[258][5] += 1
      #expect(try other.cache(&source) != a)
      other = plain
      other.values[0][0] += 1
      #expect(try other.cache(&source) != a)
    }
    let narrow = try CacheLayout(heads: 1, width: 2, dtype: .bf16)
    #expect(KVCache(narrow) != KVCache(try CacheLayout(heads: 1, width: 2)))
  }

  @Test func bytesAreThoseOfFilledPositions() throws {
    var source = RandomSource(4)
    let layout = try CacheLayout(heads: 4, width: 128, dtype: .bf16)
    let cache = try PlainCache.random(layout, 320, &source).cache(&source)
    #expect(cache.byteCounts.keys == 320 * 4 * 256)
    #expect(cache.byteCounts.values == 320 * 4 * 256)
    #expect(cache.byteCounts.codes == 0)
    let code = try KeyCode(bits: 2, edges: [-10, 0, 10], isTransformed: true)
    let q = try Tensor(source.eighths(512), shape: Shape([1, 4, 1, 128]))
    _ = try cache.decode(q, by: .adamas(budget: 16, code: code, metric: .l1))
    // Two bits for each of 32 in a key and its value.
    #expect(cache.byteCounts.codes * 16 == cache.byteCounts.keys + cache.byteCounts.values)
    _ = try cache.decode(q, by: .quest(budget: 16, page: 16))
    #expect(cache.byteCounts.bounds == 320 / 16 * 4 * 128 * 2 * 4)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let layout = try CacheLayout(heads: 2, width: 3, valueWidth: 4, batch: 2)
    let cache = KVCache(layout)
    func zeros(_ sizes: Int...) throws -> Tensor { try Tensor.zeros(Shape(sizes), .f32) }
    let (keys, values) = (try zeros(2, 2, 5, 3), try zeros(2, 2, 5, 4))
    let wrong: [(Tensor, Tensor)] = [
      (try zeros(2, 2, 5, 4), values), (keys, try zeros(2, 2, 5, 3)),
      (keys, try zeros(2, 2, 4, 4)), (try zeros(2, 5, 3), values), (try zeros(1, 2, 5, 3), values),
      (try zeros(2, 3, 5, 3), values), (try zeros(2, 2, 5, 3).cast(to: .c64), values),
      (try zeros(3), values),
    ]
    for (k, v) in wrong {
      #expect(throws: TensorError.self) { try cache.appending(keys: k, values: v) }
    }
    #expect(try cache.appending(keys: keys, values: values).length == 5)
    #expect(throws: TensorError.self) { try cache.rolledBack(to: 1) }
    #expect(throws: TensorError.self) { try cache.rolledBack(to: -1) }
    for (heads, width, batch) in [(0, 1, 1), (1, 0, 1), (1, 1, 0), (-1, 1, 1)] {
      #expect(throws: TensorError.self) {
        try CacheLayout(heads: heads, width: width, batch: batch)
      }
    }
    #expect(throws: TensorError.self) { try CacheLayout(heads: 1 << 40, width: 1 << 40) }
    #expect(throws: TensorError.self) { try CacheLayout(heads: 1, width: 1, dtype: .f64) }
  }

  @Test func morePositionsThanMemoryHoldsAreAnError() throws {
    let one = try Tensor.zeros(.scalar, .f32).broadcast(to: Shape([1, 1, 1 << 30, 1 << 20]))
    let cache = KVCache(try CacheLayout(heads: 1, width: 1 << 20))
    #expect(throws: TensorError.self) { try cache.appending(keys: one, values: one) }
    let long = try Tensor.zeros(.scalar, .f32).broadcast(to: Shape([1, 1, 1 << 31, 1]))
    #expect(throws: TensorError.self) {
      try KVCache(try CacheLayout(heads: 1, width: 1)).appending(keys: long, values: long)
    }
  }
}
