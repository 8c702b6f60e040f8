import TensorCore
import TestSupport
import Testing

@testable import AttentionKit

/// Attention to all positions.
@Suite struct AttendTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var batch = 1
    var heads = 2
    var group = 1
    var width = 32
    var valueWidth = 32
    var length = 257
    var queries = 1
    var dtype = DType.f32

    var testDescription: String {
      "\(length) positions of \(batch) × \(heads) heads of \(width), \(queries) queries × \(group)"
    }

    static let all: [Case] =
      [1, 2, 255, 256, 257, 1000].map { Case(heads: 1, width: 16, valueWidth: 16, length: $0) }
      + [1, 7, 32, 33, 64, 128, 256].map { Case(heads: 1, width: $0, valueWidth: $0, length: 40) }
      + [
        Case(group: 4, length: 70, dtype: .bf16), Case(heads: 1, group: 16, width: 8, length: 60),
        Case(heads: 1, group: 17, length: 100, dtype: .bf16), Case(batch: 3, group: 2, length: 70),
        Case(width: 64, valueWidth: 16, length: 50), Case(width: 5, valueWidth: 9, dtype: .bf16),
        Case(width: 8, queries: 2),
        Case(group: 2, width: 8, valueWidth: 8, queries: 5, dtype: .bf16),
        Case(length: 20, queries: 20),
        Case(batch: 2, group: 2, width: 8, valueWidth: 8, length: 60, queries: 40),
        Case(length: 3, queries: 3),
        Case(heads: 1, width: 16, length: 1000, dtype: .bf16),
      ]
  }

  /// A plain cache, its cache, and queries [batch, query heads, n, width].
  private static func setting(_ example: Case) throws -> (PlainCache, KVCache, [Float], Tensor) {
    var source = RandomSource(UInt64(example.length * 1000 + example.width))
    let layout = try CacheLayout(
      heads: example.heads, width: example.width, valueWidth: example.valueWidth,
      batch: example.batch, dtype: example.dtype)
    let plain = try PlainCache.random(layout, example.length, &source)
    let heads = example.heads * example.group
    let q = source.floats(example.batch * heads * example.queries * example.width)
    return (
      plain, try plain.cache(&source), q,
      try Tensor(q, shape: Shape([example.batch, heads, example.queries, example.width]))
    )
  }

  /// For each row of queries the positions that `visible` lets it see, attended to one by one.
  private static func expected(
    _ example: Case, _ plain: PlainCache, _ q: [Float], scale: Double,
    visible: (_ query: Int, _ position: Int) -> Bool
  ) -> [Double] {
    var result: [Double] = []
    for row in 0..<q.count / example.width {
      let head = row / example.queries / example.group
      let query = row % example.queries
      let positions = (0..<example.length).filter { visible(query, $0) }
      result += plain.attend(
        Array(q[row * example.width..<(row + 1) * example.width]), head: head, scale: scale,
        to: positions)
    }
    return result
  }

  @Test(arguments: Case.all) func isTheSoftmaxMeanOfValues(_ example: Case) throws {
    let (plain, cache, q, queries) = try AttendTests.setting(example)
    let scale = 1 / Double(example.width).squareRoot()
    let expected = AttendTests.expected(example, plain, q, scale: scale) { query, position in
      position <= example.length - example.queries + query
    }
    for level in 0...2 {
      defer { _ = Kernels.limitInstructionSet(to: 2) }
      _ = Kernels.limitInstructionSet(to: level)
      let found = try cache.attend(queries)
      #expect(
        found.shape
          == Shape([
            example.batch, example.heads * example.group, example.queries, example.valueWidth,
          ]))
      #expect(mismatch(try found.floats(), expected, 2e-5) == nil, "instruction set \(level)")
    }
  }

  @Test(arguments: [
    Case(width: 8, length: 300, queries: 6), Case(group: 3, length: 40, queries: 5, dtype: .bf16),
    Case(heads: 1, group: 4, width: 8, valueWidth: 8, length: 100, queries: 9),
    Case(length: 7, queries: 7),
  ]) func aMaskSaysWhatOfTheNewestEachQuerySees(_ example: Case) throws {
    let (plain, cache, q, queries) = try AttendTests.setting(example)
    var source = RandomSource(5)
    let n = example.queries
    // Each draft sees itself and some of those before it.
    let seen = (0..<n * n).map {
      $0 / n == $0 % n || ($0 % n < $0 / n && source.int(below: 2) == 0)
    }
    let mask = try Tensor(seen, shape: Shape([n, n]))
    let scale = 0.3
    let expected = AttendTests.expected(example, plain, q, scale: scale) { query, position in
      let place = position - (example.length - n)
      return place < 0 || seen[query * n + place]
    }
    let found = try cache.attend(queries, scale: scale, seen: mask)
    #expect(mismatch(try found.floats(), expected, 2e-5) == nil)
  }

  @Test(arguments: [
    Case(width: 8, length: 300, queries: 3), Case(heads: 1, width: 8, length: 9, queries: 1),
    Case(heads: 1, group: 4, width: 8, length: 30, queries: 7, dtype: .bf16),
  ]) func aMaskMayReachFurtherBack(_ example: Case) throws {
    let (plain, cache, q, queries) = try AttendTests.setting(example)
    var source = RandomSource(6)
    let (n, m) = (example.queries, example.queries + 6)
    let seen = (0..<n * m).map { $0 % m == m - 1 || source.int(below: 2) == 0 }
    let expected = AttendTests.expected(example, plain, q, scale: 0.2) { query, position in
      let place = position - (example.length - m)
      return place < 0 || seen[query * m + place]
    }
    let found = try cache.attend(
      queries, scale: 0.2, seen: try Tensor(seen, shape: Shape([n, m])))
    #expect(mismatch(try found.floats(), expected, 2e-5) == nil)
    for columns in [n - 1, example.length + 1] {
      let wrong = try Tensor.full(Shape([n, columns]), .bool(true))
      #expect(throws: TensorError.self) { try cache.attend(queries, seen: wrong) }
    }
  }

  @Test(arguments: Case.all.filter { $0.queries == 1 }) func scoresAreProducts(_ example: Case)
    throws
  {
    let (plain, cache, _, _) = try AttendTests.setting(example)
    var source = RandomSource(6)
    let heads = example.heads * example.group
    let q = source.eighths(example.batch * heads * example.width)
    let shape = Shape([example.batch, heads, 1, example.width])
    let found = try cache.scores(try Tensor(q, shape: shape)).floats()
    var expected: [Float] = []
    for row in 0..<example.batch * heads {
      for position in 0..<example.length {
        let key = plain.key(position, row / example.group)
        expected.append(
          zip(q[row * example.width..<(row + 1) * example.width], key).reduce(0) {
            $0 + $1.0 * $1.1
          }
        )
      }
    }
    // Exact in any order, as the numbers are.
    #expect(found == expected)
  }

  @Test func chosenPositionsAreAttendedToAlone() throws {
    for example in [Case(group: 2, length: 600, dtype: .bf16), Case(batch: 2, width: 7)] {
      let (plain, cache, q, queries) = try AttendTests.setting(example)
      var source = RandomSource(7)
      let rows = example.batch * example.heads * example.group
      let chosen = (0..<rows).map { row in
        Array(Set((0..<row * 9 % 23).map { _ in source.int(below: example.length) })).sorted()
      }
      let most = 25
      let padded = chosen.flatMap { $0 + Array(repeating: -1, count: most - $0.count) }
      let positions = try Tensor(
        padded, shape: Shape([example.batch, example.heads * example.group, most]))
      let found = try cache.attend(queries, chosen: positions, scale: 0.2).floats()
      var expected: [Double] = []
      for (row, positions) in chosen.enumerated() {
        expected += plain.attend(
          Array(q[row * example.width..<(row + 1) * example.width]), head: row / example.group,
          scale: 0.2, to: positions)
      }
      #expect(mismatch(found, expected, 2e-5) == nil)
      // The order, and where the gaps are, do not matter.
      let turned = chosen.flatMap { Array(repeating: -1, count: most - $0.count) + $0.reversed() }
      let again = try cache.attend(
        queries, chosen: try Tensor(turned, shape: positions.shape), scale: 0.2)
      #expect(try again.floats() == found)
    }
  }

  @Test func queriesOfThreeAxesGiveThreeAxes() throws {
    let (_, cache, q, queries) = try AttendTests.setting(Case())
    let flat = try Tensor(q, shape: Shape([2, 1, 32]))
    #expect(try cache.attend(flat).shape == Shape([2, 1, 32]))
    #expect(try cache.attend(flat).floats() == cache.attend(queries).floats())
    #expect(try cache.scores(flat).shape == Shape([2, 257]))
    #expect(try cache.select(flat, by: .oracle(budget: 5)).shape == Shape([2, 5]))
  }

  /// Up to so many, bit for bit: drafts are judged as the model would have decoded them.
  @Test(arguments: [
    (Case(group: 2, length: 300, queries: 40, dtype: .bf16), false),
    (Case(group: 4, length: 300, queries: 16, dtype: .bf16), true),
    (Case(heads: 1, group: 3, width: 128, length: 260, queries: 7), true),
    (Case(heads: 1, group: 1, width: 7, valueWidth: 5, length: 40, queries: 33), true),
  ]) func queriesTogetherAreThoseOfEachAlone(_ example: Case, isExact: Bool) throws {
    let (_, cache, _, queries) = try AttendTests.setting(example)
    let (n, heads, width) = (example.queries, example.heads * example.group, example.valueWidth)
    for query in [0, n / 2, n - 1] {
      var isSame = false
      for _ in 0..<3 where !isSame {
        let together = try cache.attend(queries).floats()
        let seen = try cache.rolledBack(to: example.length - n + 1 + query)
        let alone = try seen.attend(queries.slice(axis: 2, start: query, count: 1)).floats()
        var part: [Float] = []
        for head in 0..<heads {
          let start = (head * n + query) * width
          part += together[start..<start + width]
        }
        #expect(mismatch(part, alone.map(Double.init), 1e-5) == nil)
        // Another test may have changed the instruction set meanwhile; then once more.
        isSame = part == alone
      }
      if isExact { #expect(isSame) }
    }
  }

  @Test func agreesWithPyTorch() throws {
    let lines = try ReferenceTensor.text(of: "attention_cache.txt").split(separator: "\n")
    var count = 0
    var tensors: [Substring: Tensor] = [:]
    for line in lines where !line.hasPrefix("#") {
      let parts = line.split(separator: " ", maxSplits: 1)
      tensors[parts[0]] = try ReferenceTensor.read(parts[1])
      guard parts[0] == "out", let q = tensors["q"], let k = tensors["k"], let v = tensors["v"],
        let out = tensors["out"]
      else { continue }
      let layout = try CacheLayout(
        heads: k.shape[1], width: k.shape[3], valueWidth: v.shape[3], batch: k.shape[0])
      let cache = try KVCache(layout).appending(keys: k, values: v)
      let found = try cache.attend(q)
      let complaint = difference(
        found, out, ReferenceTolerance(relative: 1e-5, absolute: 1e-6))
      #expect(complaint == nil)
      count += 1
    }
    #expect(count == 6)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let (_, cache, _, queries) = try AttendTests.setting(Case())
    func zeros(_ sizes: Int...) throws -> Tensor { try Tensor.zeros(Shape(sizes), .f32) }
    for q in [
      try zeros(1, 3, 1, 32), try zeros(1, 2, 1, 16), try zeros(2, 2, 1, 32), try zeros(2, 32),
      try zeros(1, 0, 1, 32), try zeros(1, 2, 258, 32), try queries.cast(to: .c64),
    ] {
      #expect(throws: TensorError.self) { try cache.attend(q) }
    }
    for scale in [Double.nan, .infinity] {
      #expect(throws: TensorError.self) { try cache.attend(queries, scale: scale) }
    }
    for seen in [try zeros(1, 1), try Tensor.full(Shape([2, 2]), .bool(true))] {
      #expect(throws: TensorError.self) { try cache.attend(queries, seen: seen) }
    }
    #expect(throws: TensorError.self) { try cache.scores(try zeros(1, 2, 2, 32)) }
    func chosen(_ numbers: [Int]) throws -> Tensor {
      try Tensor(numbers + numbers, shape: Shape([1, 2, numbers.count]))
    }
    for positions in [
      try chosen([257]), try chosen([-2]), try chosen([3, 3]), try zeros(1, 2, 1),
      try Tensor([0], shape: Shape([1, 1, 1])), try Tensor(scalar: .int(1)),
    ] {
      #expect(throws: TensorError.self) { try cache.attend(queries, chosen: positions) }
    }
    #expect(
      try cache.attend(queries, chosen: try chosen([])).floats() == Array(repeating: 0, count: 64))
    #expect(try cache.attend(try zeros(1, 2, 0, 32)).shape == Shape([1, 2, 0, 32]))
    let empty = KVCache(try CacheLayout(heads: 2, width: 32))
    #expect(throws: TensorError.self) { try empty.attend(queries) }
    #expect(try empty.scores(queries).shape == Shape([1, 2, 0]))
    #expect(try empty.select(queries, by: .oracle(budget: 4)).shape == Shape([1, 2, 0]))
  }
}
