internal import CKernels
internal import Glibc

// Tensors of random numbers. Each draw is a function of (key, position) and moves the position on;
// how many words an element takes is said at each function, so that a reference can be computed
// with NumPy's `Philox`. Results do not depend on the number of threads.
//
// Discrete draws from many (choice, categorical) are in `Sampling+Selection.swift`, gamma and
// Dirichlet in `Sampling+Gamma.swift`.

extension PhiloxStream {
  /// Uniform in [0, 1): the top 53 bits (f32: 24 bits) of one word an element, times 2⁻⁵³ (2⁻²⁴).
  ///
  /// - Throws: `unsupportedDType` unless f64 or f32; `outOfMemory`, `interrupted`.
  package mutating func uniform(_ shape: Shape, dtype: DType = .f64) throws(TensorError) -> Tensor {
    try filled(
      "rand", shape, dtype,
      double: { ck_philox_uniform_f64($0.0, $0.1, $1, Int64($2), $3) },
      single: { ck_philox_uniform_f32($0.0, $0.1, $1, Int64($2), $3) })
  }

  /// Standard normal by the inverse distribution function: `ndtri(((word >> 12) + 0.5) · 2⁻⁵²)`,
  /// one word an element; f32 is the f64 value rounded.
  ///
  /// - Throws: `unsupportedDType` unless f64 or f32; `outOfMemory`, `interrupted`.
  package mutating func normal(_ shape: Shape, dtype: DType = .f64) throws(TensorError) -> Tensor {
    try filled(
      "randn", shape, dtype,
      double: { ck_philox_normal_f64($0.0, $0.1, $1, Int64($2), $3) },
      single: { ck_philox_normal_f32($0.0, $0.1, $1, Int64($2), $3) })
  }

  /// Runs a kernel over the elements in slices, so that a wish to stop is noticed.
  private mutating func filled(
    _ operation: String, _ shape: Shape, _ dtype: DType,
    double: ((UInt64, UInt64), UInt64, Int, UnsafeMutablePointer<Double>) -> Void,
    single: ((UInt64, UInt64), UInt64, Int, UnsafeMutablePointer<Float>) -> Void
  ) throws(TensorError) -> Tensor {
    guard dtype == .f64 || dtype == .f32 else {
      throw .unsupportedDType(operation: operation, dtype: dtype)
    }
    let result = try Tensor(uninitialized: dtype, shape)
    let slice = 1 << 22
    var done = 0
    while done < result.count {
      let length = min(slice, result.count - done)
      let start = position &+ UInt64(done)
      if dtype == .f64 {
        double(key, start, length, result.pointer.assumingMemoryBound(to: Double.self) + done)
      } else {
        single(key, start, length, result.pointer.assumingMemoryBound(to: Float.self) + done)
      }
      done += length
      if ck_interrupted() { throw .interrupted }
    }
    position &+= UInt64(result.count)
    return result
  }

  /// Integers in `low ..< high`, all equally likely: the upper 64 bits of word · (high - low), one
  /// word an element.
  ///
  /// Where the lower 64 bits are below 2⁶⁴ mod (high - low), the word is refused (Lemire 2019) and
  /// the element takes the next words after the `count` first ones, in the order of elements; for
  /// small ranges that never happens.
  ///
  /// - Throws: `argument` when the range is empty, `unsupportedDType` unless an integer dtype,
  ///   `valueOutOfRange` when the dtype cannot hold the bounds; `outOfMemory`, `interrupted`.
  package mutating func integers(
    _ low: Int, _ high: Int, _ shape: Shape, dtype: DType = .i64
  ) throws(TensorError) -> Tensor {
    guard dtype.kind == .integer else {
      throw .unsupportedDType(operation: "randint", dtype: dtype)
    }
    guard low < high else {
      throw .argument(
        operation: "randint", name: "high", value: String(high), requirement: "above \(low)")
    }
    for bound in [low, high - 1] {
      _ = try Tensor(scalar: .int(bound), dtype: dtype)
    }
    let range = UInt64(bitPattern: Int64(high)) &- UInt64(bitPattern: Int64(low))
    let result = try Tensor(uninitialized: .i64, shape)
    let target = result.pointer.assumingMemoryBound(to: Int.self)
    let count = result.count
    let start = position
    position &+= UInt64(count)
    let refusedBelow = (0 &- range) % range
    for first in stride(from: 0, to: count, by: 1 << 16) {
      var source = PhiloxStream(key: key, position: start &+ UInt64(first))
      let words = source.next(words: min(1 << 16, count - first))
      for (index, word) in words.enumerated() {
        let product = word.multipliedFullWidth(by: range)
        let drawn = product.low < refusedBelow ? next(below: range) : product.high
        target[first + index] = Int(truncatingIfNeeded: UInt64(bitPattern: Int64(low)) &+ drawn)
      }
      if ck_interrupted() { throw .interrupted }
    }
    return try result.cast(to: dtype)
  }

  /// An integer in `0 ..< range`: words are taken until one is not refused.
  mutating func next(below range: UInt64) -> UInt64 {
    let refusedBelow = (0 &- range) % range
    while true {
      let product = next().multipliedFullWidth(by: range)
      if product.low >= refusedBelow { return product.high }
    }
  }

  /// True with a probability: uniform < probability, one word an element.
  ///
  /// - Throws: `argument` unless the probability is in [0, 1]; `outOfMemory`, `interrupted`.
  package mutating func bernoulli(_ probability: Double, _ shape: Shape) throws(TensorError)
    -> Tensor
  {
    try bernoulli(try Tensor(scalar: .float(probability)), shape)
  }

  /// True with the probability that stands at the place, after broadcasting to the shape.
  ///
  /// - Throws: `argument` unless all are in [0, 1]; `unsupportedDType` for complex; `broadcast`,
  ///   `outOfMemory`, `interrupted`.
  package mutating func bernoulli(_ probabilities: Tensor, _ shape: Shape) throws(TensorError)
    -> Tensor
  {
    let wanted = try probabilities.cast(to: .f64).broadcast(to: shape)
    let drawn = try uniform(shape)
    return try wanted.withElements(of: Double.self) { wanted throws(TensorError) in
      if let bad = wanted.first(where: { !($0 >= 0 && $0 <= 1) }) {
        throw .argument(
          operation: "bernoulli", name: "p", value: formatFloat(bad), requirement: "in [0, 1]")
      }
      return try drawn.withElements(of: Double.self) { drawn throws(TensorError) in
        try Tensor(shape) { (target: UnsafeMutableBufferPointer<Bool>) in
          for index in 0..<target.count { target[index] = drawn[index] < wanted[index] }
        }
      }
    }
  }

  /// The numbers 0 ..< count in random order, i64: Fisher–Yates from the end. For i = count-1 … 1
  /// the element at i is exchanged with the one at `next(below: i + 1)`.
  ///
  /// - Throws: `argument` when count is negative; `outOfMemory`, `interrupted`.
  package mutating func permutation(_ count: Int) throws(TensorError) -> Tensor {
    guard count >= 0 else {
      throw .argument(
        operation: "permutation", name: "n", value: String(count), requirement: "at least 0")
    }
    let result = try Tensor(uninitialized: .i64, Shape([count]))
    let order = result.pointer.assumingMemoryBound(to: Int.self)
    for index in 0..<count { order[index] = index }
    var reader = WordReader(self)
    var index = count - 1
    while index > 0 {
      let other = Int(reader.next(below: UInt64(index) + 1))
      (order[index], order[other]) = (order[other], order[index])
      index -= 1
      if index & 0xffff == 0, ck_interrupted() { throw .interrupted }
    }
    position = reader.position
    return result
  }
}

/// Words one after the other, fetched many at a time. The position afterwards counts only those
/// that were used.
struct WordReader {
  private var stream: PhiloxStream
  private var words: [UInt64] = []
  private var used = 0

  init(_ stream: PhiloxStream) { self.stream = stream }

  var position: UInt64 { stream.position &- UInt64(words.count - used) }

  mutating func next() -> UInt64 {
    if used == words.count {
      // Few at first: short draws are common.
      words = stream.next(words: min(4096, max(8, 4 * words.count)))
      used = 0
    }
    used += 1
    return words[used - 1]
  }

  /// As `PhiloxStream.next(below:)`.
  mutating func next(below range: UInt64) -> UInt64 {
    while true {
      let product = next().multipliedFullWidth(by: range)
      // The exact bound costs a division; it is needed only below `range`.
      if product.low >= range || product.low >= (0 &- range) % range { return product.high }
    }
  }

  /// Uniform in [0, 1): the top 53 bits of a word.
  mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in (0, 1): ((word >> 12) + 0.5) · 2⁻⁵².
  mutating func nextOpenUniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// Standard normal, as `PhiloxStream.normal`.
  mutating func nextNormal() -> Double { ck_ndtri(nextOpenUniform()) }
}
