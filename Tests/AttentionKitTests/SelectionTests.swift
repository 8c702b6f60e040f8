import TensorCore
import Testing

@testable import AttentionKit

/// What methods choose and what is computed of it, against one position after the other.
@Suite struct SelectionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var batch = 1
    var heads = 2
    var group = 1
    var width = 32
    var length = 257
    var dtype = DType.f32

    var testDescription: String {
      "\(length) positions of \(batch) × \(heads) heads of \(width) × \(group), \(dtype.name)"
    }

    static let all: [Case] =
      [1, 2, 255, 256, 257, 1000].map { Case(heads: 1, length: $0) }
      + [1, 2, 4, 8, 16, 64, 128, 256].map { Case(heads: 1, width: $0, length: 70) }
      + [
        Case(group: 2, width: 16, length: 300, dtype: .bf16),
        Case(heads: 1, group: 4, width: 64, length: 90), Case(batch: 2, width: 8, length: 280),
        Case(heads: 3, width: 128, length: 90, dtype: .bf16),
      ]
    static let odd: [Case] = [
      Case(width: 7, length: 300), Case(group: 4, width: 33, length: 70, dtype: .bf16),
      Case(heads: 3, width: 20, length: 64), Case(heads: 1, width: 100, length: 90),
    ]
  }

  /// A cache whose numbers are exact in f32 whatever the order of additions, and a query for each
  /// head.
  struct Setting {
    let plain: PlainCache
    let cache: KVCache
    let group: Int
    let q: Tensor
    /// For each row of queries.
    let rows: [PlainSelection]

    init(_ example: Case, seed: UInt64 = 0) throws {
      var source = RandomSource(UInt64(example.length * 1000 + example.width) &+ seed)
      let layout = try CacheLayout(
        heads: example.heads, width: example.width, batch: example.batch, dtype: example.dtype)
      let plain = try PlainCache.random(layout, example.length, &source)
      let heads = layout.heads * example.group
      let numbers = (0..<layout.batch * heads).map { _ in source.eighths(layout.width) }
      rows = numbers.enumerated().map { row, q in
        PlainSelection(plain: plain, q: q, head: row / example.group)
      }
      q = try Tensor(
        numbers.flatMap { $0 }, shape: Shape([layout.batch, heads, 1, layout.width]))
      cache = try plain.cache(&source)
      self.plain = plain
      group = example.group
    }

    /// The positions of each row that `select` gives, without what fills it up.
    func select(_ method: AttentionMethod) throws -> [[Int]] {
      let chosen = try cache.select(q, by: method)
      let most = chosen.shape[2]
      let all = try chosen.toInts()
      return rows.indices.map { row in
        let positions = Array(all[row * most..<(row + 1) * most])
        return Array(positions.prefix(positions.firstIndex(of: -1) ?? most))
      }
    }
  }

  static let budgets = [1, 2, 5, 64, 256, 1000]

  static func methods(_ budget: Int) throws -> [AttentionMethod] {
    func code(_ bits: Int, _ edges: [Double], _ isTransformed: Bool = true) throws -> KeyCode {
      try KeyCode(bits: bits, edges: edges, isTransformed: isTransformed)
    }
    return [
      .streaming(budget: budget, sinks: min(4, budget - 1)), .streaming(budget: budget, sinks: 0),
      .quest(budget: budget, page: 16), .quest(budget: budget, page: 1),
      .quest(budget: budget, page: 64), .oracle(budget: budget),
      .adamas(budget: budget, code: try code(2, [-10, 0, 10]), metric: .l1),
      .adamas(budget: budget, code: try code(2, [-3.4, 0, 3.4]), metric: .l1),
      .adamas(budget: budget, code: try code(2, [-3.4, 0.1, 3.4]), metric: .l2),
      .adamas(budget: budget, code: try code(2, [-3.4, 0, 3.4]), metric: .xor),
      .adamas(budget: budget, code: try code(1, [0]), metric: .l1),
      .adamas(budget: budget, code: try code(3, [-6, -4, -2, 0, 2, 4, 6]), metric: .l1),
      .adamas(budget: budget, code: try code(3, [-6, -4, -2, 0, 2, 4, 6]), metric: .l2),
      .adamas(budget: budget, code: try code(3, [-6, -4, -2, 0, 2, 4, 6]), metric: .xor),
    ]
  }

  private func isTransformed(_ method: AttentionMethod) -> Bool {
    if case .adamas(_, let code, _) = method { code.isTransformed } else { false }
  }

  @Test(arguments: Case.all) func isWhatTheMethodSays(_ example: Case) throws {
    let setting = try Setting(example)
    for budget in SelectionTests.budgets {
      for method in try SelectionTests.methods(budget) {
        let expected = setting.rows.map { $0.positions(by: method) }
        #expect(try setting.select(method) == expected, "\(method)")
      }
    }
  }

  @Test(arguments: Case.odd) func anyWidthWillDoWithoutTransform(_ example: Case) throws {
    let setting = try Setting(example)
    for budget in [1, 20, 63] {
      var methods = try SelectionTests.methods(budget).filter { !isTransformed($0) }
      for metric in CodeDistance.allCases {
        for (bits, edges) in [(1, [0.2]), (2, [-3, 0, 2.5]), (3, [-5, -3, -1, 0, 1, 3, 4])] {
          let code = try KeyCode(bits: bits, edges: edges, isTransformed: false)
          methods.append(.adamas(budget: budget, code: code, metric: metric))
        }
      }
      for method in methods {
        let expected = setting.rows.map { $0.positions(by: method) }
        #expect(try setting.select(method) == expected, "\(method)")
      }
    }
  }

  /// What one instruction set encodes, another reads.
  @Test(arguments: [
    Case(heads: 1, length: 300), Case(group: 2, width: 128, length: 70, dtype: .bf16),
    Case(heads: 1, width: 256, length: 65), Case(heads: 1, width: 16, length: 520),
  ]) func isTheSameOnAllInstructionSets(_ example: Case) throws {
    let setting = try Setting(example)
    let methods = try SelectionTests.methods(33)
    let expected = methods.map { method in setting.rows.map { $0.positions(by: method) } }
    for (first, second) in [(0, 0), (1, 1), (2, 2), (0, 2), (2, 1)] {
      defer { _ = Kernels.limitInstructionSet(to: 2) }
      // Another copy, without codes.
      let fresh = try Setting(example)
      _ = Kernels.limitInstructionSet(to: first)
      for method in methods { _ = try fresh.select(method) }
      _ = Kernels.limitInstructionSet(to: second)
      for (method, positions) in zip(methods, expected) {
        #expect(try fresh.select(method) == positions, "\(first), \(second): \(method)")
      }
    }
  }

  @Test(arguments: Case.all) func distancesAreThoseOfCodes(_ example: Case) throws {
    let setting = try Setting(example)
    for method in try SelectionTests.methods(8) {
      guard case .adamas(_, let code, let metric) = method else { continue }
      let found = try setting.cache.distances(setting.q, by: method)
      #expect(found.dtype == .i32)
      #expect(try found.toInts() == setting.rows.flatMap { $0.distances(code, metric) })
    }
  }

  /// A cache that grows or is rolled back chooses as one that was filled at once.
  @Test func codesAndBoundsFollowTheCache() throws {
    var source = RandomSource(12)
    let layout = try CacheLayout(heads: 2, width: 16)
    var plain = PlainCache(layout: layout)
    var cache = KVCache(layout)
    let methods = try SelectionTests.methods(9)
    for step in 0..<40 {
      if step % 7 == 6 {
        let length = plain.length - source.int(below: min(plain.length, 40))
        plain.keys = Array(plain.keys[..<length])
        plain.values = Array(plain.values[..<length])
        cache = try cache.rolledBack(to: length)
      } else {
        let (keys, values) = try plain.grow(1 + source.int(below: 30), &source)
        cache = try cache.appending(keys: keys, values: values)
      }
      let q = source.eighths(32)
      let tensor = try Tensor(q, shape: Shape([1, 2, 1, 16]))
      let method = methods[source.int(below: methods.count)]
      let found = try cache.select(tensor, by: method)
      let most = found.shape[2]
      for head in 0..<2 {
        let own = PlainSelection(
          plain: plain, q: Array(q[head * 16..<(head + 1) * 16]), head: head)
        let expected = own.positions(by: method)
        let row = try found.toInts()[head * most..<(head + 1) * most]
        #expect(
          Array(row) == expected + Array(repeating: -1, count: most - expected.count), "\(method)")
      }
    }
  }

  @Test func manyKindsOfCodesAreMadeAnewWhenTheyAreWantedAgain() throws {
    let setting = try Setting(Case(length: 300))
    for _ in 0..<2 {
      for edge in 0..<20 {
        let code = try KeyCode(bits: 1, edges: [Double(edge) - 9.5], isTransformed: true)
        let method = AttentionMethod.adamas(budget: 7, code: code, metric: .l1)
        #expect(try setting.select(method) == setting.rows.map { $0.positions(by: method) })
      }
    }
    #expect(setting.cache.byteCounts.codes == 8 * 300 * 2 * 32 / 8)
  }
}
