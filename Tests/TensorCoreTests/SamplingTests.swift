import TensorCore
import Testing

/// Expected draws were computed with NumPy's `Philox(key=9).random_raw` and SciPy's `ndtri` after
/// the rules in the documentation of each function.
@Suite struct SamplingTests {
  @Test func uniformIsTheTopBitsOfAWord() throws {
    var stream = PhiloxStream(seed: 9)
    let doubles = try stream.uniform(Shape([3])).toDoubles()
    #expect(doubles == [0.21339735524020287, 0.7963228366177577, 0.38954754582191364])
    #expect(stream.position == 3)
    stream.position = 0
    let singles = try stream.uniform(Shape([3]), dtype: .f32).toDoubles()
    #expect(singles == [0.2133973240852356, 0.7963228225708008, 0.38954752683639526])
  }

  @Test func normalIsTheInverseDistributionFunction() throws {
    var stream = PhiloxStream(seed: 9)
    let found = try stream.normal(Shape([2, 2])).toDoubles()
    let expected = [
      -0.7946885224044645, 0.8285584161786561, -0.2804984797647959, 1.0081083869368885,
    ]
    for (value, wanted) in zip(found, expected) {
      #expect(abs(value - wanted) <= 2e-15 * abs(wanted))
    }
    stream.position = 0
    let singles = try stream.normal(Shape([4]), dtype: .f32).toDoubles()
    #expect(singles == found.map { Double(Float($0)) })
  }

  @Test func drawsDoNotDependOnTheNumberOfThreads() throws {
    var one = PhiloxStream(seed: 5)
    let whole = try one.normal(Shape([100_003])).toDoubles()
    var parts: [Double] = []
    var two = PhiloxStream(seed: 5)
    for length in [1, 2, 50_000, 50_000] { parts += try two.normal(Shape([length])).toDoubles() }
    #expect(parts == whole)
    #expect(one == two)
  }

  @Test func momentsOfManyDrawsAreRight() throws {
    var stream = PhiloxStream(seed: 1)
    let z = try stream.normal(Shape([200_000])).toDoubles()
    let mean = z.reduce(0, +) / Double(z.count)
    let square = z.reduce(0) { $0 + $1 * $1 } / Double(z.count)
    #expect(abs(mean) < 0.01)
    #expect(abs(square - 1) < 0.02)
    let gamma = try stream.gamma(tensor([3]), Shape([100_000])).toDoubles()
    #expect(abs(gamma.reduce(0, +) / 1e5 - 3) < 0.03)
    let points = try stream.dirichlet(tensor([1, 2, 1]), Shape([50_000]))
    let sums = try points.reduced(.mean, axes: [0]).toDoubles()
    for (value, wanted) in zip(sums, [0.25, 0.5, 0.25]) { #expect(abs(value - wanted) < 0.01) }
  }

  @Test func integersAreTheUpperBitsOfAProduct() throws {
    var stream = PhiloxStream(seed: 9)
    #expect(try stream.integers(-3, 7, Shape([8])).toInts() == [-1, 4, 0, 5, 4, 4, 3, 6])
    #expect(stream.position == 8)
    stream.position = 0
    let small = try stream.integers(-3, 7, Shape([8]), dtype: .i8)
    #expect(small.dtype == .i8)
    #expect(try small.toInts() == [-1, 4, 0, 5, 4, 4, 3, 6])
  }

  @Test func refusedWordsAreReplacedInOrder() throws {
    var stream = PhiloxStream(seed: 9)
    #expect(
      try stream.integers(Int.min, 1 << 62, Shape([4])).toInts() == [
        -6_271_007_238_262_897_659, 1_793_800_638_498_876_870, -3_833_959_125_115_910_806,
        2_443_715_599_410_181_257,
      ])
    _ = try stream.integers(Int.min, Int.max, Shape([100]))
  }

  @Test func permutationIsFisherAndYates() throws {
    var stream = PhiloxStream(seed: 9)
    #expect(try stream.permutation(8).toInts() == [0, 7, 3, 6, 4, 2, 5, 1])
    #expect(stream.position == 7)
    #expect(try stream.permutation(0).count == 0)
    let large = try stream.permutation(10_000).toInts()
    #expect(large.sorted() == Array(0..<10_000))
  }

  @Test func choiceWithoutReplacementIsAForwardShuffle() throws {
    var stream = PhiloxStream(seed: 9)
    let few = try stream.choice(20, Shape([6]), replace: false).toInts()
    #expect(few == [4, 16, 9, 17, 15, 1])
    stream.position = 0
    // Few of many take another path to the same result.
    let sparse = try stream.choice(1000, Shape([6]), replace: false).toInts()
    #expect(sparse == [213, 796, 390, 843, 719, 752])
    stream.position = 0
    let all = try stream.choice(1000, Shape([1000]), replace: false).toInts()
    #expect(Array(all.prefix(6)) == sparse)
    #expect(all.sorted() == Array(0..<1000))
  }

  @Test func weightsDecide() throws {
    var stream = PhiloxStream(seed: 9)
    let weights = try tensor([0.1, 2, 0, 0.5, 1])
    let without = try stream.choice(5, Shape([4]), replace: false, weights: weights).toInts()
    #expect(without == [1, 4, 3, 0])
    stream.position = 0
    let with = try stream.choice(5, Shape([10]), weights: weights).toInts()
    #expect(with == [1, 4, 1, 4, 3, 4, 3, 4, 4, 1])
    stream.position = 0
    #expect(try stream.categorical(weights, Shape([10])).toInts() == with)
    let rows = try tensor([1, 0, 0, 1], [2, 2])
    let drawn = try stream.categorical(rows, Shape([3]))
    #expect(drawn.shape == Shape([3, 2]))
    #expect(try drawn.toInts() == [0, 1, 0, 1, 0, 1])
  }

  @Test func gammaFollowsMarsagliaAndTsang() throws {
    var stream = PhiloxStream(seed: 9)
    let found = try stream.gamma(tensor([2.5, 0.3, 1, 0.3])).toDoubles()
    let expected = [
      1.1947988874028572, 0.23784905855352753, 1.3896532267323989, 0.005298106403286415,
    ]
    for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) <= 1e-13 * wanted) }
  }

  @Test func tinyConcentrationsStillAddUpToOne() throws {
    var stream = PhiloxStream(seed: 2)
    let points = try stream.dirichlet(tensor([1e-5, 1e-5, 1e-5]), Shape([20]))
    for sum in try points.reduced(.sum, axes: [1]).toDoubles() { #expect(abs(sum - 1) < 1e-12) }
  }

  @Test func bernoulliTakesProbabilitiesOfAnyShape() throws {
    var stream = PhiloxStream(seed: 9)
    #expect(try stream.bernoulli(0.5, Shape([3])).toBools() == [true, false, true])
    let sure = try stream.bernoulli(tensor([0, 1]), Shape([2, 2])).toBools()
    #expect(sure == [false, true, false, true])
  }

  @Test func whatCannotBeDrawnIsAnError() throws {
    var stream = PhiloxStream(seed: 9)
    func isArgument(_ name: String, _ body: (inout PhiloxStream) throws -> Void) -> Bool {
      let error = failure { try body(&stream) }
      guard case .argument(_, name, _, _) = error else { return false }
      return true
    }
    #expect(isArgument("high") { _ = try $0.integers(3, 3, .scalar) })
    #expect(isArgument("p") { _ = try $0.bernoulli(1.5, .scalar) })
    #expect(isArgument("p") { _ = try $0.bernoulli(.nan, .scalar) })
    #expect(isArgument("n") { _ = try $0.permutation(-1) })
    #expect(isArgument("n") { _ = try $0.choice(0, Shape([1])) })
    #expect(isArgument("size") { _ = try $0.choice(3, Shape([4]), replace: false) })
    #expect(isArgument("weights") { _ = try $0.choice(2, .scalar, weights: tensor([0, 0])) })
    #expect(isArgument("weights") { _ = try $0.choice(2, .scalar, weights: tensor([1, -1])) })
    #expect(isArgument("weights") { _ = try $0.categorical(tensor([1, .infinity])) })
    #expect(isArgument("alpha") { _ = try $0.gamma(tensor([0])) })
    let wide = failure { _ = try stream.integers(0, 300, .scalar, dtype: .u8) }
    if case .valueOutOfRange = wide {} else { Issue.record("a u8 cannot hold 299") }
    let kind = failure { _ = try stream.normal(.scalar, dtype: .i64) }
    if case .unsupportedDType = kind {} else { Issue.record("there are no normal integers") }
  }
}
