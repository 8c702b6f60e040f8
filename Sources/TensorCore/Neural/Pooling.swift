internal import CKernels

/// Pooling over the last two axes of [batch, channels, height, width].
package struct Pooling: Sendable {
  package enum Kind: Sendable {
    case max
    /// Whether the padding counts.
    case average(countsPadding: Bool)
  }

  package let kind: Kind
  package let geometry: WindowGeometry

  package init(_ kind: Kind, _ geometry: WindowGeometry) {
    self.kind = kind
    self.geometry = geometry
  }

  private func layout(planes: Int) -> ck_pool_layout {
    var layout = ck_pool_layout()
    layout.planes = planes
    (layout.height, layout.width) = WindowGeometry.pair(geometry.input)
    (layout.out_height, layout.out_width) = WindowGeometry.pair(geometry.output)
    layout.kernel = WindowGeometry.pair(geometry.kernel)
    layout.stride = WindowGeometry.pair(geometry.stride)
    layout.dilation = WindowGeometry.pair(geometry.dilation)
    layout.padding = WindowGeometry.pair(geometry.padding)
    if case .average(let countsPadding) = kind { layout.counts_padding = countsPadding }
    return layout
  }

  private func replacing(_ shape: Shape, _ sizes: [Int]) -> Shape {
    Shape(shape.array.dropLast(2) + sizes)
  }

  /// [..., height, width] → [..., output height, output width].
  ///
  /// - Throws: `unsupportedDType` for complex numbers; `outOfMemory`, `interrupted`.
  package func apply(_ x: Tensor) throws(TensorError) -> Tensor {
    let x = try Tensor.neuralOperands("pool", [x])[0]
    let result = try Tensor(uninitialized: x.dtype, replacing(x.shape, geometry.output))
    var layout = layout(planes: x.shape.array.dropLast(2).reduce(1, *))
    let status =
      switch kind {
      case .max: ck_max_pool(x.kernelType, &layout, x.pointer, x.pointer, result.pointer)
      case .average: ck_avg_pool(x.kernelType, &layout, x.pointer, result.pointer)
      }
    withExtendedLifetime((x.storage, result.storage)) {}
    try checkKernel(status)
    return result
  }

  /// The cotangent of the operand, given that of the result. An average does not read `x`, only its
  /// shape.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package func backward(_ x: Tensor, _ g: Tensor) throws(TensorError) -> Tensor {
    let g = try g.broadcast(to: replacing(x.shape, geometry.output))
    let isAverage = if case .average = kind { true } else { false }
    let operands = try Tensor.neuralOperands("pool", isAverage ? [g] : [g, x])
    let result = try Tensor(uninitialized: operands[0].dtype, x.shape)
    var layout = layout(planes: x.shape.array.dropLast(2).reduce(1, *))
    let (type, target) = (result.kernelType, result.pointer)
    let status =
      switch kind {
      case .max:
        ck_max_pool_backward(type, &layout, operands[1].pointer, operands[0].pointer, target)
      case .average: ck_avg_pool_backward(type, &layout, operands[0].pointer, target)
      }
    withExtendedLifetime((operands, result.storage)) {}
    try checkKernel(status)
    return result
  }

  /// Of `values`, of x's shape, those that stand where the windows of `x` are largest.
  ///
  /// - Precondition: `kind` is `.max`.
  /// - Throws: `outOfMemory`, `interrupted`.
  package func picking(_ values: Tensor, whereLargest x: Tensor) throws(TensorError) -> Tensor {
    let operands = try Tensor.neuralOperands("pool", [x, try values.broadcast(to: x.shape)])
    let result = try Tensor(uninitialized: operands[0].dtype, replacing(x.shape, geometry.output))
    var layout = layout(planes: x.shape.array.dropLast(2).reduce(1, *))
    let status = ck_max_pool(
      result.kernelType, &layout, operands[0].pointer, operands[1].pointer, result.pointer)
    withExtendedLifetime((operands, result.storage)) {}
    try checkKernel(status)
    return result
  }
}
