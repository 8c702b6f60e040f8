package import CKernels

// What the neural operations share: they compute in f32 or f64, on contiguous operands of one dtype.

extension DType {
  /// What a neural operation computes in: f64 for integers and truths, f32 for narrow floats; nil
  /// for complex numbers.
  package var neural: DType? {
    switch kind {
    case .bool, .integer: .f64
    case .float: self == .f64 ? .f64 : .f32
    case .complex: nil
    }
  }
}

extension Tensor {
  /// The operands in the one dtype that they are computed in.
  ///
  /// - Throws: `unsupportedDType` for complex numbers, `outOfMemory`.
  package static func neuralOperands(_ operation: String, _ tensors: [Tensor]) throws(TensorError)
    -> [Tensor]
  {
    var dtype = tensors[0].dtype
    for tensor in tensors { dtype = dtype.promoted(with: tensor.dtype) }
    guard let common = dtype.neural else {
      throw .unsupportedDType(operation: operation, dtype: dtype)
    }
    var result: [Tensor] = []
    result.reserveCapacity(tensors.count)
    for tensor in tensors { result.append(try tensor.cast(to: common).contiguous()) }
    return result
  }

  var kernelType: Int32 { Int32(dtype.rawValue) }
}

/// - Throws: what a kernel's status stands for.
package func checkKernel(_ status: ck_status, bytes: Int = 0) throws(TensorError) {
  switch status {
  case CK_OK: return
  case CK_NO_MEMORY: throw .outOfMemory(bytes: bytes)
  default: throw .interrupted
  }
}

extension Shape {
  /// What lies before, on and after an axis.
  func around(_ axis: Int) -> (outer: Int, length: Int, inner: Int) {
    var (outer, inner) = (1, 1)
    for other in 0..<rank {
      if other < axis { outer *= self[other] }
      if other > axis { inner *= self[other] }
    }
    return (outer, self[axis], inner)
  }
}
