internal import CKernels

extension Tensor {
  /// The whole convolution of two vectors: the coefficients of the product of two polynomials.
  ///
  /// - Shapes: `[m]`, `[n]` → `[m + n - 1]`.
  /// - Throws: `wrongRank`; `argument` when one is empty; `integerOverflow` when an integer sum does
  ///   not fit its dtype; `outOfMemory`, `interrupted`.
  /// - Complexity: O(m · n), on all threads, for integers and while the shorter has at most 256
  ///   elements; O((m + n) log(m + n)) by Fourier transforms otherwise, with errors relative to the
  ///   largest element.
  package func convolved(with other: Tensor) throws(TensorError) -> Tensor {
    for (name, vector) in [("x", self), ("y", other)] {
      guard vector.rank == 1 else {
        throw .wrongRank(operation: "convolve", expected: "1", shape: vector.shape)
      }
      guard vector.count > 0 else {
        throw .argument(
          operation: "convolve", name: name, value: "empty",
          requirement: "of one element at least")
      }
    }
    let joined = dtype.promoted(with: other.dtype)
    let long = count >= other.count ? self : other
    let short = count >= other.count ? other : self
    switch joined.kind {
    case .complex: return try long.byFourier(short, joined)
    case .float:
      if joined == .bf16 {
        return try cast(to: .f32).convolved(with: try other.cast(to: .f32)).cast(to: .bf16)
      }
      if short.count > 256 { return try long.byFourier(short, joined) }
      return joined == .f32
        ? try long.directly(short, as: Float.self, joined)
        : try long.directly(short, as: Double.self, joined)
    case .bool, .integer: return try long.wholly(short, joined)
    }
  }

  private func byFourier(_ other: Tensor, _ type: DType) throws(TensorError) -> Tensor {
    let length = count + other.count - 1
    let padded = Tensor.smoothLength(length)
    if type.kind == .complex {
      let product = try Tensor.elementwise(
        .multiply, .tensor(try cast(to: type).fourier(count: padded)),
        .tensor(try other.cast(to: type).fourier(count: padded)))
      return try product.fourier(isInverse: true).slice(axis: 0, start: 0, count: length)
    }
    let product = try Tensor.elementwise(
      .multiply, .tensor(try cast(to: type).realFourier(count: padded)),
      .tensor(try other.cast(to: type).realFourier(count: padded)))
    return try product.inverseRealFourier(count: padded).slice(axis: 0, start: 0, count: length)
  }

  /// The next length whose only factors are 2, 3 and 5.
  private static func smoothLength(_ wanted: Int) -> Int {
    var best = Int.max
    var fives = 1
    while fives < 5 * wanted {
      var product = fives
      while product < 3 * wanted {
        var length = product
        while length < wanted { length *= 2 }
        best = min(best, length)
        product *= 3
      }
      fives *= 5
    }
    return best
  }

  private func directly<Element: TensorElement & BinaryFloatingPoint>(
    _ short: Tensor, as element: Element.Type, _ type: DType
  ) throws(TensorError) -> Tensor {
    let (a, b) = (try cast(to: type).contiguous(), try short.cast(to: type).contiguous())
    let (m, n) = (a.count, b.count)
    let result = try Tensor(uninitialized: type, Shape([m + n - 1]))
    let x = FixedElements<Element>(a)
    let y = FixedElements<Element>(b)
    let sums = FixedElements<Element>(result)
    Parallel.forEach(m + n - 1, grain: max(1024, (1 << 20) / n)) { low, high in
      if ck_interrupted() { return }
      for at in low..<high { sums.base[at] = 0 }
      // Each sum in rising order of the shorter, whatever the parts.
      for place in 0..<n {
        let factor = y.base[place]
        for at in max(low, place)..<max(max(low, place), min(high, place + m)) {
          sums.base[at] += factor * x.base[at - place]
        }
      }
    }
    withExtendedLifetime((a.storage, b.storage, result.storage)) {}
    if ck_interrupted() { throw .interrupted }
    return result
  }

  private func wholly(_ short: Tensor, _ type: DType) throws(TensorError) -> Tensor {
    let (a, b) = (try cast(to: .i64).contiguous(), try short.cast(to: .i64).contiguous())
    let (m, n) = (a.count, b.count)
    let result = try Tensor.zeros(Shape([m + n - 1]), .i64)
    let x = a.pointer.assumingMemoryBound(to: Int.self)
    let y = b.pointer.assumingMemoryBound(to: Int.self)
    let sums = result.pointer.assumingMemoryBound(to: Int.self)
    for i in 0..<m {
      if i % 1024 == 0, ck_interrupted() { throw .interrupted }
      for j in 0..<n {
        let (product, isLarge) = x[i].multipliedReportingOverflow(by: y[j])
        let (sum, isOver) = sums[i + j].addingReportingOverflow(product)
        if isLarge || isOver { throw .integerOverflow(operation: "convolve") }
        sums[i + j] = sum
      }
    }
    withExtendedLifetime((a.storage, b.storage, result.storage)) {}
    if type == .bool { return try result.cast(to: .i64) }
    do throws(TensorError) {
      return try result.cast(to: type)
    } catch {
      throw .integerOverflow(operation: "convolve")
    }
  }
}

/// The elements of a contiguous tensor, for loops on several threads.
private struct FixedElements<Element>: @unchecked Sendable {
  // Safe because each thread writes its own part only.
  let base: UnsafeMutablePointer<Element>

  init(_ tensor: Tensor) { base = tensor.pointer.assumingMemoryBound(to: Element.self) }
}
