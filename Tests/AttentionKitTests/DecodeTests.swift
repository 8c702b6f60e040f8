import Foundation
import Synchronization
import TensorCore
import Testing

@testable import AttentionKit

/// Selection and attention in one, and what must not change a result.
@Suite struct DecodeTests {
  typealias Case = SelectionTests.Case
  typealias Setting = SelectionTests.Setting

  /// Whether two computations give the same bits. Other tests may change the instruction set between
  /// them; then they are made again.
  private func sameBits(_ a: () throws -> Tensor, _ b: () throws -> Tensor) throws -> Bool {
    for _ in 0..<3 where try a().floats().map(\.bitPattern) == b().floats().map(\.bitPattern) {
      return true
    }
    return false
  }

  private static let cases = [
    Case(heads: 1, length: 257), Case(group: 2, width: 16, length: 300, dtype: .bf16),
    Case(heads: 1, group: 4, width: 128, length: 90, dtype: .bf16),
    Case(batch: 2, group: 2, width: 8, length: 70), Case(heads: 1, width: 256, length: 20),
  ]

  @Test(arguments: cases) func decodingAttendsToWhatTheMethodChooses(_ example: Case) throws {
    let setting = try Setting(example)
    let width = example.width
    let q = try setting.q.floats()
    for level in 0...2 {
      defer { _ = Kernels.limitInstructionSet(to: 2) }
      _ = Kernels.limitInstructionSet(to: level)
      for method in try SelectionTests.methods(16) {
        let found = try setting.cache.decode(setting.q, by: method, scale: 0.1)
        let expected = setting.rows.enumerated().flatMap { row, plain in
          setting.plain.attend(
            Array(q[row * width..<(row + 1) * width]), head: row / example.group, scale: 0.1,
            to: plain.positions(by: method))
        }
        #expect(mismatch(try found.floats(), expected, 3e-5) == nil, "\(method), \(level)")
        let chosen = try setting.cache.select(setting.q, by: method)
        let again = try setting.cache.attend(setting.q, chosen: chosen, scale: 0.1)
        #expect(mismatch(try again.floats(), expected, 3e-5) == nil, "\(method), \(level)")
      }
    }
  }

  @Test(arguments: cases) func aBudgetAsLongAsTheCacheIsFullAttentionBitForBit(_ example: Case)
    throws
  {
    let (cache, q) = (try Setting(example).cache, try Setting(example).q)
    for budget in [example.length, example.length + 1, 100_000, Int.max] {
      let methods =
        try SelectionTests.methods(budget) + [.full, .random(budget: budget, seed: 3)]
      for method in methods {
        #expect(
          try sameBits({ try cache.decode(q, by: method) }, { try cache.attend(q) }), "\(method)")
        #expect(
          try cache.select(q, by: method).toInts()
            == (0..<q.shape[0] * q.shape[1]).flatMap { _ in 0..<example.length })
      }
    }
  }

  @Test func severalQueriesSeeEverything() throws {
    let setting = try Setting(Case(length: 300))
    var source = RandomSource(1)
    let q = try Tensor(source.floats(2 * 5 * 32), shape: Shape([1, 2, 5, 32]))
    for method in try SelectionTests.methods(4) + [.random(budget: 4, seed: 0)] {
      #expect(
        try sameBits({ try setting.cache.decode(q, by: method) }, { try setting.cache.attend(q) }))
    }
  }

  @Test(arguments: cases) func threadsDoNotChangeResults(_ example: Case) throws {
    let setting = try Setting(example)
    let threads = Kernels.threadCount
    defer { Kernels.threadCount = threads }
    func one(_ body: () throws -> Tensor) throws -> Tensor {
      Kernels.threadCount = 1
      return try body()
    }
    func several(_ body: () throws -> Tensor) throws -> Tensor {
      Kernels.threadCount = 4
      return try body()
    }
    let (cache, q) = (setting.cache, setting.q)
    var computations: [() throws -> Tensor] = [{ try cache.attend(q) }, { try cache.scores(q) }]
    for method in try SelectionTests.methods(20) + [.random(budget: 20, seed: 1)] {
      computations.append { try cache.decode(q, by: method) }
      computations.append { try cache.select(q, by: method).cast(to: .f32) }
    }
    for computation in computations {
      #expect(try sameBits({ try one(computation) }, { try several(computation) }))
    }
  }

  @Test func chanceIsRepeatableAndKeepsTheNewest() throws {
    let setting = try Setting(Case(heads: 3, group: 2, length: 500))
    func chosen(_ seed: Int) throws -> [[Int]] {
      try setting.select(.random(budget: 40, seed: seed))
    }
    let first = try chosen(1)
    #expect(try chosen(1) == first)
    #expect(try chosen(2) != first)
    #expect(Set(first).count == first.count)
    for row in first {
      #expect(row.count == 40 && row.last == 499)
      #expect(Set(row).count == 40 && row == row.sorted() && row.allSatisfy { $0 >= 0 })
    }
    // Of 400 draws of 99 other positions in 1000 each is taken about 40 times.
    let long = try Setting(Case(heads: 1, width: 1, length: 1000))
    var counts = [Int](repeating: 0, count: 1000)
    for seed in 0..<400 {
      for position in try long.select(.random(budget: 100, seed: seed))[0] { counts[position] += 1 }
    }
    #expect(counts[999] == 400)
    #expect(counts.dropLast().allSatisfy { (10...80).contains($0) })
  }

  @Test func nanHarmsNothingButItsOwnRow() throws {
    var source = RandomSource(2)
    let layout = try CacheLayout(heads: 1, width: 8)
    var plain = try PlainCache.random(layout, 300, &source)
    plain.keys[100][3] = .nan
    plain.keys[200] = Array(repeating: .infinity, count: 8)
    let cache = try plain.cache(&source)
    for numbers in [source.eighths(8), Array(repeating: Float.nan, count: 8)] {
      let q = try Tensor(numbers, shape: Shape([1, 1, 1, 8]))
      for method in try SelectionTests.methods(16) + [.random(budget: 16, seed: 0)] {
        let positions = try cache.select(q, by: method).toInts().filter { $0 >= 0 }
        #expect(positions.last == 299 && positions == Array(Set(positions)).sorted(), "\(method)")
        #expect(try cache.decode(q, by: method).count == 8)
      }
    }
    // A product that is no number comes last.
    let q = try Tensor(Array(repeating: Float(1), count: 8), shape: Shape([1, 1, 1, 8]))
    #expect(try !cache.select(q, by: .oracle(budget: 298)).toInts().contains(100))
  }

  @Test func severalThreadsMayUseACacheAtOnce() throws {
    let example = Case(length: 700)
    let setting = try Setting(example)
    let methods = try SelectionTests.methods(30)
    let expected = try methods.map { try setting.select($0) }
    // A cache without codes, for all to make them.
    let (cache, q) = (try Setting(example).cache, setting.q)
    let row = try Tensor(Array(repeating: Float(0), count: 64), shape: Shape([1, 2, 1, 32]))
    let wrong = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 24) { number in
      let place = number % methods.count
      let rows = try? cache.select(q, by: methods[place]).toInts()
      var longer = cache
      for step in 0..<5 {
        let mark = try? Tensor(
          Array(repeating: Float(number * 10 + step), count: 64), shape: row.shape)
        if let mark, let next = try? longer.appending(keys: mark, values: mark) { longer = next }
      }
      let last = (try? longer.rows().keys.suffix(5).map { $0[0] }) ?? []
      let isRight =
        rows == expected[place].flatMap { $0 }
        && last == (0..<5).map { Float(number * 10 + $0) }
      if !isRight { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test func aWishToStopIsHeard() throws {
    let setting = try Setting(Case(length: 300))
    let method = try SelectionTests.methods(8)[6]
    Interruption.request()
    defer { Interruption.clear() }
    #expect(throws: TensorError.self) { try setting.cache.attend(setting.q) }
    #expect(throws: TensorError.self) { try setting.cache.decode(setting.q, by: method) }
    Interruption.clear()
    // Codes that were not made are made now.
    #expect(try setting.select(method) == setting.rows.map { $0.positions(by: method) })
  }
}
