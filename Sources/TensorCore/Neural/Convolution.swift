internal import CKernels

/// The sizes of a convolution over two axes. One-dimensional ones have a first axis of size 1.
package struct ConvolutionShape: Sendable {
  package let batch: Int
  package let groups: Int
  /// Of one group.
  package let inputChannels: Int
  package let outputChannels: Int
  package let windows: WindowGeometry

  package init(
    batch: Int, groups: Int, inputChannels: Int, outputChannels: Int, windows: WindowGeometry
  ) {
    self.batch = batch
    self.groups = groups
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.windows = windows
  }

  /// [batch, channels, height, width]
  package var inputShape: Shape { Shape([batch, groups * inputChannels] + windows.input) }

  /// [channels of the result, channels of one group, kernel height, kernel width]
  package var weightShape: Shape {
    Shape([groups * outputChannels, inputChannels] + windows.kernel)
  }

  package var resultShape: Shape { Shape([batch, groups * outputChannels] + windows.output) }

  /// Multiply-adds of one image.
  var workPerImage: Double {
    Double(groups * outputChannels * inputChannels)
      * Double(windows.kernel[0] * windows.kernel[1] * windows.output[0] * windows.output[1])
  }

  /// Whether oneDNN is asked: not for products too small for its fixed cost, nor for large kernels
  /// over few channels, whose backward steps are slow there.
  func prefersOneDNN(_ dtype: DType, isBackward: Bool) -> Bool {
    guard dtype == .f32, Double(batch) * workPerImage >= 20_000 else { return false }
    let area = windows.kernel[0] * windows.kernel[1]
    if isBackward, groups == 1, inputChannels < 8, area >= 25 { return false }
    return inputShape.checkedCount != nil
  }
}

/// The convolution and its cotangents: three functions that are each linear in both operands, and
/// each other's derivatives.
extension ConvolutionShape {
  /// x * w + bias.
  ///
  /// - Precondition: operands have the shapes of this description.
  /// - Throws: `unsupportedDType` for complex numbers; `missingLibrary` when neither oneDNN nor
  ///   OpenBLAS is there; `outOfMemory`, `interrupted`.
  /// - Complexity: O(work), on all threads. By oneDNN, or by way of the windows as columns and a
  ///   matrix product.
  package func apply(_ x: Tensor, _ w: Tensor, bias: Tensor?) throws(TensorError) -> Tensor {
    let operands = try Tensor.neuralOperands("conv", [x, w] + [bias].compactMap { $0 })
    let (x, w) = (operands[0], operands[1])
    let bias = operands.count > 2 ? operands[2] : nil
    guard let count = resultShape.checkedCount, count < Int.max / 16 else {
      throw .outOfMemory(bytes: .max)
    }
    let y = try Tensor(uninitialized: x.dtype, resultShape)
    if y.count == 0 { return y }
    if x.count == 0 || w.count == 0 {
      try y.clear()
    } else {
      if prefersOneDNN(x.dtype, isBackward: false), try OneDNN.convolve(self, x, w, bias, y) {
        return y
      }
      try ColumnConvolution(shape: self, dtype: x.dtype).apply(x, w, y)
    }
    guard let bias else { return y }
    let channels = try bias.reshaped(to: Shape([1, bias.count, 1, 1]))
    return try Tensor.elementwise(.add, y, channels)
  }

  /// The cotangents of x and w, given that of the result; only those wanted.
  ///
  /// - Throws: as `apply`.
  package func backward(_ x: Tensor?, _ w: Tensor?, _ g: Tensor) throws(TensorError) -> (
    x: Tensor?, w: Tensor?
  ) {
    let operands = try Tensor.neuralOperands(
      "conv", [try g.broadcast(to: resultShape)] + [x, w].compactMap { $0 })
    var rest = operands.dropFirst()
    let input = x == nil ? nil : rest.popFirst()
    let weights = w == nil ? nil : rest.popFirst()
    let dtype = operands[0].dtype
    // The weights serve the cotangent of x, and x that of the weights.
    let gx = weights == nil ? nil : try Tensor(uninitialized: dtype, inputShape)
    let gw = input == nil ? nil : try Tensor(uninitialized: dtype, weightShape)
    if operands.contains(where: { $0.count == 0 }) {
      try gx?.clear()
      try gw?.clear()
      return (gx, gw)
    }
    if prefersOneDNN(dtype, isBackward: true),
      try OneDNN.convolveBackward(self, input, weights, operands[0], gx: gx, gw: gw)
    {
      return (gx, gw)
    }
    let columns = ColumnConvolution(shape: self, dtype: dtype)
    if let gx, let weights { try columns.backward(operands[0], weights, into: gx) }
    if let gw, let input { try columns.gradient(input, operands[0], into: gw) }
    return (gx, gw)
  }
}
