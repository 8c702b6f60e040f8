/// An n-dimensional array: a view (shape, strides, offset) of a shared block of memory. A value:
/// copy on write.
///
/// No gradients here. Operations stand in `Tensor+Topic.swift`; what a user can call is listed in
/// `TensorOps`.
package struct Tensor: @unchecked Sendable {
  // Safe because storage is written only when uniquely referenced.
  package let dtype: DType
  package var shape: Shape
  /// In elements; may be 0 (broadcast) or negative (reversed).
  package var strides: Shape
  /// Of the first element, in elements from the start of the storage.
  package var offset: Int
  package var storage: Storage

  package init(dtype: DType, shape: Shape, strides: Shape, offset: Int, storage: Storage) {
    self.dtype = dtype
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.storage = storage
  }

  /// Uninitialised, contiguous.
  ///
  /// - Throws: `TensorError.outOfMemory`, also when the element count does not fit in an Int.
  package init(uninitialized dtype: DType, _ shape: Shape) throws(TensorError) {
    guard let count = shape.checkedCount, count <= Int.max / 16 else {
      throw TensorError.outOfMemory(bytes: Int.max)
    }
    self.dtype = dtype
    self.shape = shape
    strides = shape.contiguousStrides
    offset = 0
    storage = try Storage(byteCount: count * dtype.size)
  }

  package var rank: Int { shape.rank }
  package var count: Int { shape.count }

  /// Whether elements follow each other in row-major order with no gap (size-1 axes do not matter).
  package var isContiguous: Bool {
    var step = 1
    for axis in stride(from: rank - 1, through: 0, by: -1) {
      if shape[axis] == 0 { return true }
      if shape[axis] != 1 {
        if strides[axis] != step { return false }
        step *= shape[axis]
      }
    }
    return true
  }

  /// The address of the first element. Valid while the storage is held.
  package var pointer: UnsafeMutableRawPointer { storage.bytes + offset &* dtype.size }
}

/// A number outside a tensor. Weak in promotion: it adopts the dtype of the tensor it meets where
/// its kind allows.
package enum Scalar: Sendable, Equatable {
  case bool(Bool)
  case int(Int)
  case float(Double)
  case complex(Complex)
}

/// A complex number in double precision.
package struct Complex: Hashable, Sendable {
  package var real: Double
  package var imaginary: Double

  package init(_ real: Double, _ imaginary: Double) {
    self.real = real
    self.imaginary = imaginary
  }
}

/// What an elementwise operation takes and a fused expression reads: a tensor or a weak scalar.
package enum Operand: Sendable {
  case tensor(Tensor)
  case scalar(Scalar)
}
