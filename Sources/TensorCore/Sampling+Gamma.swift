internal import CKernels
internal import Glibc

extension PhiloxStream {
  /// Gamma with the given shape parameters and scale 1, by Marsaglia and Tsang (2000), elements in
  /// row-major order.
  ///
  /// For a ≥ 1, with d = a - 1/3 and c = 1/√(9d): a word gives a normal z (as `normal`) and v = (1
  /// + cz)³; when v > 0, a second word gives u = ((word >> 12) + 0.5) · 2⁻⁵², and d·v is the value
  /// if log u < z²/2 + d - dv + d log v; else again. For a < 1: the value for a + 1, times u^(1/a)
  /// with one further word.
  ///
  /// - Shapes: result `shape + concentration.shape`.
  /// - Throws: `argument` unless all are positive and finite; `unsupportedDType` unless f64 or f32;
  ///   `rankTooHigh`, `outOfMemory`, `interrupted`.
  package mutating func gamma(
    _ concentration: Tensor, _ shape: Shape = .scalar, dtype: DType = .f64
  ) throws(TensorError) -> Tensor {
    var values = try logGammas(concentration, shape, dtype, "gamma")
    try values.withMutableElements(of: Double.self) { elements in
      for index in 0..<elements.count { elements[index] = exp(elements[index]) }
    }
    return try values.cast(to: dtype)
  }

  /// Points on the simplex: gamma draws (as `gamma`) along the last axis, divided by their sum.
  ///
  /// - Shapes: `concentration [..., k]` → `shape + [..., k]`.
  /// - Throws: as `gamma`; `wrongRank` for rank 0.
  package mutating func dirichlet(
    _ concentration: Tensor, _ shape: Shape = .scalar, dtype: DType = .f64
  ) throws(TensorError) -> Tensor {
    guard concentration.rank > 0 else {
      throw .wrongRank(operation: "dirichlet", expected: "at least 1", shape: concentration.shape)
    }
    var values = try logGammas(concentration, shape, dtype, "dirichlet")
    let length = concentration.shape[concentration.rank - 1]
    // Through the logarithm, since with small concentrations every draw may underflow to 0.
    try values.withMutableElements(of: Double.self) { elements in
      for start in stride(from: 0, to: elements.count, by: max(length, 1)) {
        let row = start..<start + length
        let largest = row.map { elements[$0] }.max() ?? 0
        var sum = 0.0
        for index in row {
          elements[index] = exp(elements[index] - largest)
          sum += elements[index]
        }
        for index in row { elements[index] /= sum }
      }
    }
    return try values.cast(to: dtype)
  }

  private mutating func logGammas(
    _ concentration: Tensor, _ shape: Shape, _ dtype: DType, _ operation: String
  ) throws(TensorError) -> Tensor {
    guard dtype == .f64 || dtype == .f32 else {
      throw .unsupportedDType(operation: operation, dtype: dtype)
    }
    if concentration.dtype.kind == .complex {
      throw .unsupportedDType(operation: operation, dtype: concentration.dtype)
    }
    guard shape.rank + concentration.rank <= Shape.maxRank else {
      throw .rankTooHigh(rank: shape.rank + concentration.rank)
    }
    let parameters = try concentration.toDoubles()
    if let bad = parameters.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw .argument(
        operation: operation, name: "alpha", value: formatFloat(bad),
        requirement: "positive and finite")
    }
    var reader = WordReader(self)
    let result = try Tensor(
      uninitialized: .f64, Shape(shape.array + concentration.shape.array))
    let target = result.pointer.assumingMemoryBound(to: Double.self)
    for index in 0..<result.count {
      target[index] = reader.nextLogGamma(parameters[index % parameters.count])
      if index & 0xfff == 0, ck_interrupted() { throw .interrupted }
    }
    position = reader.position
    return result
  }
}

extension WordReader {
  /// The logarithm of a gamma draw; see `PhiloxStream.gamma`.
  fileprivate mutating func nextLogGamma(_ concentration: Double) -> Double {
    if concentration < 1 {
      let larger = nextLogGamma(concentration + 1)
      return larger + log(nextOpenUniform()) / concentration
    }
    let d = concentration - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let z = nextNormal()
      let root = 1 + c * z
      if root <= 0 { continue }
      let v = root * root * root
      let logV = 3 * log(root)
      if log(nextOpenUniform()) < 0.5 * z * z + d - d * v + d * logV { return log(d) + logV }
    }
  }
}
