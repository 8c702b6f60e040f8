import TensorCore

@testable import AttentionKit

/// What methods choose, computed one position after the other. Codes of keys and marks are computed
/// once.
final class PlainSelection {
  private let plain: PlainCache
  /// Of one query.
  private let q: [Float]
  private let head: Int
  private var marks: [AttentionMethod: [Double]] = [:]

  init(plain: PlainCache, q: [Float], head: Int) {
    self.plain = plain
    self.q = q
    self.head = head
  }

  private var length: Int { plain.length }

  /// The positions of the method, ascending.
  func positions(by method: AttentionMethod) -> [Int] {
    let all = Array(0..<length)
    switch method {
    case .full, .random: return all
    case .streaming(let budget, let sinks):
      return budget >= length ? all : all.filter { $0 < sinks || $0 >= length - (budget - sinks) }
    case .oracle(let budget): return best(budget, known(.oracle(budget: 1), products))
    case .adamas(let budget, let code, let metric):
      let kind = AttentionMethod.adamas(budget: 1, code: code, metric: metric)
      return best(budget, known(kind) { self.distances(code, metric).map { -Double($0) } })
    case .quest(let budget, let page):
      guard budget < length else { return all }
      let bounds = known(.quest(budget: 1, page: page)) { self.bounds(page) }
      return best(max(budget / page, 1), bounds).flatMap { run in
        Array(run * page..<min((run + 1) * page, self.length))
      }
    }
  }

  private func known(_ kind: AttentionMethod, _ make: () -> [Double]) -> [Double] {
    if let found = marks[kind] { return found }
    let made = make()
    marks[kind] = made
    return made
  }

  /// The newest, and the `budget` - 1 others with the highest marks, the newer of equal ones first.
  private func best(_ budget: Int, _ marks: [Double]) -> [Int] {
    guard budget < marks.count else { return Array(marks.indices) }
    let ordered = marks.indices.dropLast().sorted { (marks[$0], $0) > (marks[$1], $1) }
    return (ordered.prefix(budget - 1) + [marks.count - 1]).sorted()
  }

  private func products() -> [Double] {
    (0..<length).map { position in
      let key = plain.key(position, head)
      var sum: Float = 0
      for channel in 0..<q.count { sum += q[channel] * key[key.startIndex + channel] }
      return Double(sum)
    }
  }

  /// Of each run, the largest product that a key within the bounds of its keys can have.
  private func bounds(_ page: Int) -> [Double] {
    stride(from: 0, to: length, by: page).map { start in
      var (low, high) = (Array(plain.key(start, head)), Array(plain.key(start, head)))
      for position in start..<min(start + page, length) {
        for (channel, x) in plain.key(position, head).enumerated() {
          if x < low[channel] { low[channel] = x }
          if x > high[channel] { high[channel] = x }
        }
      }
      var sum: Float = 0
      for channel in 0..<q.count {
        sum += max(q[channel] * low[channel], q[channel] * high[channel])
      }
      return Double(sum)
    }
  }

  // MARK: - Codes

  func distances(_ code: KeyCode, _ metric: CodeDistance) -> [Int] {
    let own = PlainSelection.codes(q.map(Double.init), code)
    return (0..<length).map { position in
      let key =
        code.isTransformed
        ? plain.transformed.key(position, head) : plain.key(position, head).map(Double.init)
      let codes = PlainSelection.levels(key, code)
      var sum = 0
      for channel in 0..<own.count {
        sum += PlainSelection.distance(own[channel], codes[channel], metric)
      }
      return sum
    }
  }

  static func distance(_ a: Int, _ b: Int, _ metric: CodeDistance) -> Int {
    switch metric {
    case .l1: abs(a - b)
    case .l2: (a - b) * (a - b)
    case .xor: a ^ b
    }
  }

  /// How many edges each channel is above, after the transform where the code has it.
  static func codes(_ x: [Double], _ code: KeyCode) -> [Int] {
    levels(code.isTransformed ? transformed(x) : x, code)
  }

  private static func levels(_ channels: [Double], _ code: KeyCode) -> [Int] {
    var levels = [Int](repeating: 0, count: channels.count)
    for edge in code.edges {
      for channel in 0..<channels.count where channels[channel] > Double(edge) {
        levels[channel] += 1
      }
    }
    return levels
  }

  /// The Walsh–Hadamard transform: sums and differences of halves.
  static func transformed(_ x: [Double]) -> [Double] {
    let scale = 1 / Double(x.count).squareRoot()
    return halves(x).map { $0 * scale }
  }

  private static func halves(_ x: [Double]) -> [Double] {
    guard x.count > 1 else { return x }
    let (a, b) = (halves(Array(x[..<(x.count / 2)])), halves(Array(x[(x.count / 2)...])))
    return zip(a, b).map { $0 + $1 } + zip(a, b).map { $0 - $1 }
  }
}

/// The transforms of the keys of a cache, each computed when it is first asked for.
final class TransformedKeys {
  private let key: (Int, Int) -> [Double]
  private var known: [[Int]: [Double]] = [:]

  init(_ key: @escaping (Int, Int) -> [Double]) { self.key = key }

  func key(_ position: Int, _ head: Int) -> [Double] {
    if let found = known[[position, head]] { return found }
    let made = PlainSelection.transformed(key(position, head))
    known[[position, head]] = made
    return made
  }
}
