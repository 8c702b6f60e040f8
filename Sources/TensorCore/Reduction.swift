internal import CKernels

/// The reductions that need one pass over the elements.
package enum Reduction: Int, Sendable, CaseIterable {
  // Raw values are shared with the kernels.
  case sum, mean, max, min, product, any, all, countNonzero

  /// As errors name it.
  package var name: String {
    switch self {
    case .sum: "sum"
    case .mean: "mean"
    case .max: "max"
    case .min: "min"
    case .product: "prod"
    case .any: "any"
    case .all: "all"
    case .countNonzero: "count_nonzero"
    }
  }

  /// The dtype of the result: i64 for sums, products and counts of integers, f64 for their means,
  /// otherwise the elements'.
  package func result(of dtype: DType) -> DType {
    switch self {
    case .sum, .product: dtype.kind <= .integer ? .i64 : dtype
    case .mean: dtype.floating
    case .max, .min: dtype
    case .any, .all: .bool
    case .countNonzero: .i64
    }
  }

  /// - Throws: `emptyReduction` for an extreme of nothing, `unsupportedDType` for an
  ///   extreme of complex numbers.
  func check(_ dtype: DType, count: Int, shape: Shape) throws(TensorError) {
    switch self {
    case .max, .min:
      if dtype.kind == .complex { throw .unsupportedDType(operation: name, dtype: dtype) }
      if count == 0 { throw .emptyReduction(operation: name, shape: shape) }
    case .sum, .mean, .product, .any, .all, .countNonzero: break
    }
  }

  var kernel: ck_reduction { ck_reduction(UInt32(rawValue)) }
}
