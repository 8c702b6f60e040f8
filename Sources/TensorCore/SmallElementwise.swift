internal import CKernels

/// The common small case, one operation on floats of one dtype and shape: without a program, a list
/// of operands or threads.
extension Tensor {
  /// Elements from which on a program always pays.
  private static let fewElements = 1 << 15

  /// `operation` of two tensors, or nil when they are not small, contiguous and alike.
  ///
  /// - Throws: `outOfMemory`.
  package static func small(_ operation: ElementwiseOperation, _ a: Tensor, _ b: Tensor)
    throws(TensorError) -> Tensor?
  {
    guard a.dtype == b.dtype, a.isSmall, b.isContiguous, a.shape == b.shape else { return nil }
    return try a.applying(operation, a.pointer, false, b.pointer, false, keeping: b.storage)
  }

  /// The same with a number on the right (or, swapped, on the left).
  ///
  /// - Throws: `outOfMemory`.
  package static func small(
    _ operation: ElementwiseOperation, _ a: Tensor, _ scalar: Scalar, swapped: Bool = false
  ) throws(TensorError) -> Tensor? {
    guard a.isSmall else { return nil }
    var number: Double
    switch scalar {
    case .int(let value): number = Double(value)
    case .float(let value): number = value
    case .bool, .complex: return nil
    }
    if a.dtype == .f64 {
      return try withUnsafePointer(to: &number) { (number) throws(TensorError) in
        try a.applying(operation, with: number, swapped: swapped)
      }
    }
    var single = Float(number)
    return try withUnsafePointer(to: &single) { (number) throws(TensorError) in
      try a.applying(operation, with: number, swapped: swapped)
    }
  }

  /// The same for one operand.
  ///
  /// - Throws: `outOfMemory`.
  package static func small(_ operation: ElementwiseOperation, _ a: Tensor) throws(TensorError)
    -> Tensor?
  {
    guard a.isSmall else { return nil }
    return try a.applying(operation, a.pointer, false, nil, false, keeping: a.storage)
  }

  private var isSmall: Bool {
    (dtype == .f32 || dtype == .f64) && count <= Tensor.fewElements && isContiguous
  }

  private func applying(
    _ operation: ElementwiseOperation, with number: UnsafeRawPointer, swapped: Bool
  ) throws(TensorError) -> Tensor? {
    swapped
      ? try applying(operation, number, true, pointer, false, keeping: storage)
      : try applying(operation, pointer, false, number, true, keeping: storage)
  }

  private func applying(
    _ operation: ElementwiseOperation, _ a: UnsafeRawPointer, _ aIsScalar: Bool,
    _ b: UnsafeRawPointer?, _ bIsScalar: Bool, keeping other: Storage
  ) throws(TensorError) -> Tensor? {
    guard let gives = operation.smallResult(of: dtype) else { return nil }
    let storage = try Storage(byteCount: count * gives.size)
    var status = CK_OK
    let isDone = ck_apply(
      Int32(operation.rawValue), Int32(dtype.rawValue), storage.bytes, a, aIsScalar, b, bIsScalar,
      count, &status)
    withExtendedLifetime((self.storage, other)) {}
    guard isDone, status == CK_OK else { return nil }
    return Tensor(
      dtype: gives, shape: shape, strides: shape.contiguousStrides, offset: 0, storage: storage)
  }
}

extension ElementwiseOperation {
  /// What an operation on floats of one dtype gives.
  private enum SmallResult {
    case sameDType, bool, other
  }

  /// By raw value.
  private static let smallResults: [SmallResult] = allCases.map { operation in
    guard operation.arity < 3 else { return .other }
    let types = [ValueType](repeating: ValueType(.f32), count: operation.arity)
    let step = StepType(operation, types)
    guard step.operands == .f32 else { return .other }
    if step.result.dtype == .f32 { return .sameDType }
    return step.result.dtype == .bool ? .bool : .other
  }

  /// The dtype of the result for floats; nil for operations with more than two operands, or that
  /// compute in another dtype.
  fileprivate func smallResult(of dtype: DType) -> DType? {
    switch ElementwiseOperation.smallResults[Int(rawValue)] {
    case .sameDType: dtype
    case .bool: .bool
    case .other: nil
    }
  }
}
