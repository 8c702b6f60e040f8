internal import CFFTW
internal import CKernels

// Discrete Fourier transforms by FFTW. f32 is computed in single precision, everything else in
// double. A transform over several axes is one over each.

extension Tensor {
  /// Which direction is divided by the count.
  package enum FourierScale: Sendable {
    /// The way back: the usual one.
    case backward
    /// Both, by the square root.
    case orthonormal
    /// The way forth.
    case forward

    package var reversed: FourierScale {
      switch self {
      case .backward: .forward
      case .orthonormal: .orthonormal
      case .forward: .backward
      }
    }

    fileprivate func factor(count: Int, isBackward: Bool) -> Double? {
      switch self {
      case .backward: isBackward ? 1 / Double(count) : nil
      case .orthonormal: 1 / Double(count).squareRoot()
      case .forward: isBackward ? nil : 1 / Double(count)
      }
    }
  }

  /// The transform along an axis, first cut or filled with zeros to `count`.
  ///
  /// - Throws: `axisOutOfRange`; `argument` for a count below 1 or from 2³¹ on; `missingLibrary`,
  ///   `outOfMemory`, `interrupted`.
  /// - Complexity: O(elements · log count); rows on all threads.
  package func fourier(
    count: Int? = nil, axis: Int = -1, _ scale: FourierScale = .backward, isInverse: Bool = false
  ) throws(TensorError) -> Tensor {
    let name = isInverse ? "ifft" : "fft"
    let along = try shape.resolve(axis: axis)
    let length = try Tensor.checkedLength(count ?? shape[along], name)
    let rows = try cast(to: complexType).rows(along, length: length)
    let result = try rows.transformed(
      isInverse ? FT_BACKWARD : FT_FORWARD, length: length, to: complexType, count: length)
    return try result.scaled(scale.factor(count: length, isBackward: isInverse)).movingAxis(
      -1, to: along)
  }

  /// The transform of real numbers: the first half, `count / 2 + 1` complex numbers.
  ///
  /// - Throws: as `fourier`; `unsupportedDType` for complex numbers.
  package func realFourier(
    count: Int? = nil, axis: Int = -1, _ scale: FourierScale = .backward
  ) throws(TensorError) -> Tensor {
    guard dtype.kind != .complex else {
      throw .unsupportedDType(operation: "rfft", dtype: dtype)
    }
    let along = try shape.resolve(axis: axis)
    let length = try Tensor.checkedLength(count ?? shape[along], "rfft")
    let rows = try cast(to: complexType.realPart).rows(along, length: length)
    let result = try rows.transformed(
      FT_REAL_FORWARD, length: length, to: complexType, count: length / 2 + 1)
    return try result.scaled(scale.factor(count: length, isBackward: false)).movingAxis(
      -1, to: along)
  }

  /// The way back from `realFourier`: `count` real numbers, 2 (m - 1) of m complex ones unless
  /// given.
  ///
  /// - Throws: as `fourier`.
  package func inverseRealFourier(
    count: Int? = nil, axis: Int = -1, _ scale: FourierScale = .backward
  ) throws(TensorError) -> Tensor {
    let along = try shape.resolve(axis: axis)
    let length = try Tensor.checkedLength(count ?? 2 * (shape[along] - 1), "irfft")
    let rows = try cast(to: complexType).rows(along, length: length / 2 + 1)
    let result = try rows.transformed(
      FT_REAL_BACKWARD, length: length, to: complexType.realPart, count: length)
    return try result.scaled(scale.factor(count: length, isBackward: true)).movingAxis(
      -1, to: along)
  }

  private var complexType: DType {
    switch dtype {
    case .f32, .c64, .bf16: .c64
    case .bool, .u8, .i8, .i32, .i64, .f64, .c128: .c128
    }
  }

  private static func checkedLength(_ length: Int, _ operation: String) throws(TensorError) -> Int {
    guard length >= 1, length <= Int(Int32.max) - 2 else {
      throw .argument(
        operation: operation, name: "n", value: String(length),
        requirement: "from 1 to \(Int32.max - 2) points")
    }
    return length
  }

  private func scaled(_ factor: Double?) throws(TensorError) -> Tensor {
    guard let factor else { return self }
    return try Tensor.elementwise(.multiply, .tensor(self), .scalar(.float(factor)))
  }

  /// The axis last, of a length, contiguous.
  private func rows(_ axis: Int, length: Int) throws(TensorError) -> Tensor {
    let moved = try movingAxis(axis, to: -1)
    let own = shape[axis]
    if own == length { return try moved.contiguous() }
    if own > length {
      return try moved.slice(axis: rank - 1, start: 0, count: length).contiguous()
    }
    var widths = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
    widths[rank - 1].after = length - own
    return try moved.padded(widths, .constant(.int(0))).contiguous()
  }

  /// Each row of a contiguous tensor transformed; `length` as FFTW counts it, `count` that of the
  /// results.
  private func transformed(_ kind: ft_kind, length: Int, to target: DType, count: Int)
    throws(TensorError) -> Tensor
  {
    var sizes = shape
    sizes[rank - 1] = count
    let result = try Tensor(uninitialized: target, sizes)
    let rowBytes = shape[rank - 1] * dtype.size
    let resultBytes = count * target.size
    guard result.count > 0 else { return result }
    let isDouble = target.realPart == .f64
    guard ft_is_loaded(isDouble) else {
      throw .missingLibrary(package: isDouble ? "libfftw3-double3" : "libfftw3-single3")
    }
    let rows = result.count / count
    let isAligned =
      Int(bitPattern: pointer) % 16 == 0 && rowBytes % 16 == 0 && resultBytes % 16 == 0
    guard let plan = ft_plan_create(kind, Int32(length), isDouble, isAligned) else {
      throw .outOfMemory(bytes: 2 * length * target.size)
    }
    let owned = FourierPlan(plan)
    if rows == 1, length > 1 << 18 {
      // A long one cannot be stopped on its way: it finishes unseen.
      let (source, target) = (LAPACK.Block(self), LAPACK.Block(result))
      _ = try LongCall.run(isLong: true) { () -> Bool in
        ft_run(owned.pointer, source.address, target.address)
        return true
      }
      return result
    }
    let (source, sink) = (LAPACK.Block(self), LAPACK.Block(result))
    Parallel.forEach(rows, grain: max(1, (1 << 14) / length)) { low, high in
      for row in low..<high {
        if ck_interrupted() { return }
        ft_run(owned.pointer, source.address + row * rowBytes, sink.address + row * resultBytes)
      }
    }
    withExtendedLifetime((storage, result.storage, owned)) {}
    if ck_interrupted() { throw .interrupted }
    return result
  }
}

/// A plan, freed with its last use.
private final class FourierPlan: @unchecked Sendable {
  // Safe because plans do not change once they are made.
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) { self.pointer = pointer }

  deinit { ft_plan_free(pointer) }
}
