internal import COneDNN

/// Convolutions of f32 and products of narrow types by oneDNN. Every function says whether it did
/// the work: without the library, or for a shape it has nothing for, the caller computes by other
/// means.
enum OneDNN {
  static var isAvailable: Bool { od_available() }

  /// y = x * w + bias.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  static func convolve(
    _ shape: ConvolutionShape, _ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ y: Tensor
  ) throws(TensorError) -> Bool {
    var description = shape.description
    let status = od_convolve(
      &description, floats(x), floats(w), bias.map { UnsafePointer(floats($0)) }, floats(y))
    withExtendedLifetime((x, w, bias, y)) {}
    return try check(status, y)
  }

  /// The cotangents that are given room for.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  static func convolveBackward(
    _ shape: ConvolutionShape, _ x: Tensor?, _ w: Tensor?, _ g: Tensor, gx: Tensor?, gw: Tensor?
  ) throws(TensorError) -> Bool {
    var description = shape.description
    let status = od_convolve_back(
      &description, x.map { UnsafePointer(floats($0)) }, w.map { UnsafePointer(floats($0)) },
      floats(g), gx.map(floats), gw.map(floats))
    withExtendedLifetime((x, w, g, gx, gw)) {}
    return try check(status, g)
  }

  /// A matrix in memory, for `multiply`.
  struct Matrix {
    let base: UnsafeRawPointer
    let leading: Int
    let isTransposed: Bool

    init(base: UnsafeRawPointer, leading: Int, isTransposed: Bool) {
      self.base = base
      self.leading = leading
      self.isTransposed = isTransposed
    }

    init(_ matrix: BLAS.Matrix) {
      self.init(
        base: UnsafeRawPointer(matrix.base), leading: matrix.leading,
        isTransposed: matrix.isTransposed)
    }
  }

  /// What a product is of, and what it gives.
  enum Product {
    case bf16ToF32
    case bf16ToBF16
    case i8ToI32
  }

  /// c [m, n] = a [m, k] b [k, n], c dense. Sums are kept in f32, or i32 for integers.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  static func multiply(
    _ product: Product, _ m: Int, _ n: Int, _ k: Int, _ a: Matrix, _ b: Matrix,
    _ c: UnsafeMutableRawPointer
  ) throws(TensorError) -> Bool {
    let (type, result) =
      switch product {
      case .bf16ToF32: (OD_BF16, OD_F32)
      case .bf16ToBF16: (OD_BF16, OD_BF16)
      case .i8ToI32: (OD_S8, OD_S32)
      }
    let status = od_multiply(
      type, result, Int64(m), Int64(n), Int64(k), a.base, Int64(a.leading), a.isTransposed, b.base,
      Int64(b.leading), b.isTransposed, c)
    return try check(status, bytes: m * k)
  }

  /// c [m, n] = a [m, k] b [k, n] of f32, or with that added; c has rows `leading` apart.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  static func multiplyFloats(
    _ m: Int, _ n: Int, _ k: Int, _ a: Matrix, _ b: Matrix, _ c: UnsafeMutableRawPointer,
    leading: Int, accumulates: Bool
  ) throws(TensorError) -> Bool {
    let status = od_multiply_floats(
      Int64(m), Int64(n), Int64(k), a.base.assumingMemoryBound(to: Float.self), Int64(a.leading),
      a.isTransposed, b.base.assumingMemoryBound(to: Float.self), Int64(b.leading),
      b.isTransposed, c.assumingMemoryBound(to: Float.self), Int64(leading), accumulates)
    return try check(status, bytes: m * k * 4)
  }

  private static func floats(_ tensor: Tensor) -> UnsafeMutablePointer<Float> {
    tensor.pointer.assumingMemoryBound(to: Float.self)
  }

  private static func check(_ status: od_status, _ tensor: Tensor) throws(TensorError) -> Bool {
    try check(status, bytes: tensor.count * tensor.dtype.size)
  }

  private static func check(_ status: od_status, bytes: Int) throws(TensorError) -> Bool {
    switch status {
    case OD_OK: return true
    case OD_UNAVAILABLE: return false
    case OD_NO_MEMORY: throw .outOfMemory(bytes: bytes)
    default: throw .interrupted
    }
  }
}

extension ConvolutionShape {
  fileprivate var description: od_convolution {
    func pair(_ values: [Int]) -> (Int64, Int64) { (Int64(values[0]), Int64(values[1])) }
    return od_convolution(
      batch: Int64(batch), groups: Int64(groups), in_channels: Int64(inputChannels),
      out_channels: Int64(outputChannels), in: pair(windows.input), out: pair(windows.output),
      kernel: pair(windows.kernel), stride: pair(windows.stride), dilation: pair(windows.dilation),
      padding: pair(windows.padding))
  }
}
