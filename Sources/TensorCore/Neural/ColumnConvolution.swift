internal import CKernels
internal import COpenBLAS
internal import Synchronization

/// Convolution as matrix products, each image's windows written out as columns. For f64, for shapes
/// that oneDNN is slow at, and where it is not there.
///
/// Parts of the batch are shared by the threads; they depend on the shape alone.
struct ColumnConvolution {
  let shape: ConvolutionShape
  let dtype: DType

  private var size: Int { dtype.size }
  private var places: Int { shape.windows.output[0] * shape.windows.output[1] }
  private var depth: Int {
    shape.inputChannels * shape.windows.kernel[0] * shape.windows.kernel[1]
  }
  private var imageSize: Int { shape.inputChannels * shape.windows.input.reduce(1, *) }

  /// Whether the image is its own columns.
  private var isPlain: Bool {
    let windows = shape.windows
    return windows.kernel == [1, 1] && windows.stride == [1, 1] && windows.padding == [0, 0]
      && windows.input == windows.output
  }

  private var layout: ck_window_layout {
    let windows = shape.windows
    var layout = ck_window_layout()
    layout.channels = shape.inputChannels
    (layout.height, layout.width) = WindowGeometry.pair(windows.input)
    (layout.out_height, layout.out_width) = WindowGeometry.pair(windows.output)
    layout.kernel = WindowGeometry.pair(windows.kernel)
    layout.stride = WindowGeometry.pair(windows.stride)
    layout.dilation = WindowGeometry.pair(windows.dilation)
    layout.padding = WindowGeometry.pair(windows.padding)
    return layout
  }

  /// y = x * w.
  func apply(_ x: Tensor, _ w: Tensor, _ y: Tensor) throws(TensorError) {
    try forEachImage(sums: nil) { image, group, columns, _ in
      let from = x.pointer + (image * shape.groups + group) * imageSize * size
      var layout = layout
      if let columns { ck_windows(x.kernelType, &layout, from, columns) }
      product(
        shape.outputChannels, places, depth, weights(w, group), false, columns ?? from, false,
        result(y, image, group), adds: false)
    }
  }

  /// gx from g and the weights.
  func backward(_ g: Tensor, _ w: Tensor, into gx: Tensor) throws(TensorError) {
    try gx.clear()
    try forEachImage(sums: nil) { image, group, columns, _ in
      let target = gx.pointer + (image * shape.groups + group) * imageSize * size
      product(
        depth, places, shape.outputChannels, weights(w, group), true, result(g, image, group),
        false, columns ?? target, adds: false)
      var layout = layout
      if let columns { ck_windows_back(gx.kernelType, &layout, columns, target) }
    }
  }

  /// gw from x and g: each part of the batch sums by itself, then the parts are summed in order.
  func gradient(_ x: Tensor, _ g: Tensor, into gw: Tensor) throws(TensorError) {
    let parts = (shape.batch + imagesOfPart(sums: true) - 1) / imagesOfPart(sums: true)
    let sums = try Tensor.zeros(Shape([parts, gw.count]), dtype)
    try forEachImage(sums: sums) { image, group, columns, part in
      let from = x.pointer + (image * shape.groups + group) * imageSize * size
      var layout = layout
      if let columns { ck_windows(x.kernelType, &layout, from, columns) }
      let target = sums.pointer + (part * gw.count + group * shape.outputChannels * depth) * size
      product(
        shape.outputChannels, depth, places, result(g, image, group), false, columns ?? from, true,
        target, adds: true)
    }
    let total = try sums.reduced(.sum, axes: [0])
    gw.storage.bytes.copyMemory(from: total.pointer, byteCount: gw.count * size)
    withExtendedLifetime((total, gw)) {}
  }

  private func weights(_ w: Tensor, _ group: Int) -> UnsafeMutableRawPointer {
    w.pointer + group * shape.outputChannels * depth * size
  }

  private func result(_ y: Tensor, _ image: Int, _ group: Int) -> UnsafeMutableRawPointer {
    y.pointer + (image * shape.groups + group) * shape.outputChannels * places * size
  }

  /// How many images a part has: some 16 parts, fewer where each keeps large sums.
  private func imagesOfPart(sums: Bool) -> Int {
    let weights = shape.weightShape.count
    let parts = sums ? min(16, (1 << 23) / (weights + 1) + 2) : 16
    return max(1, (shape.batch + parts - 1) / parts)
  }

  /// Calls `body` for each image and group, with room for columns (nil: none needed) and the number
  /// of the part.
  private func forEachImage(
    sums: Tensor?,
    _ body: (_ image: Int, _ group: Int, _ columns: UnsafeMutableRawPointer?, _ part: Int) -> Void
  ) throws(TensorError) {
    guard max(depth, places) < 1 << 30,
      depth.multipliedReportingOverflow(by: places).overflow == false
    else { throw .outOfMemory(bytes: .max) }
    let part = imagesOfPart(sums: sums != nil)
    if shape.batch > part { try BLAS.useOneThread() } else { try BLAS.useAllThreads() }
    let bytes = isPlain ? 0 : depth * places * size
    let failure = Mutex<TensorError?>(nil)
    Parallel.forEach(shape.batch, grain: part) { low, high in
      do throws(TensorError) {
        let columns = isPlain ? nil : try Storage(byteCount: bytes)
        for image in low..<high {
          for group in 0..<shape.groups {
            if ck_interrupted() { return }
            body(image, group, columns?.bytes, low / part)
          }
        }
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    if ck_interrupted() { throw .interrupted }
  }

  /// c [m, n] = a b, or added to it; all dense, a transposed operand lying as its transpose.
  private func product(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutableRawPointer, _ aTransposed: Bool,
    _ b: UnsafeMutableRawPointer, _ bTransposed: Bool, _ c: UnsafeMutableRawPointer, adds: Bool
  ) {
    guard let library = ob_load() else { return }
    let flags = (
      Int32(aTransposed ? OB_TRANSPOSE : OB_NO_TRANSPOSE),
      Int32(bTransposed ? OB_TRANSPOSE : OB_NO_TRANSPOSE)
    )
    let (m32, n32, k32) = (Int32(m), Int32(n), Int32(k))
    let (lda, ldb) = (Int32(aTransposed ? m : k), Int32(bTransposed ? k : n))
    if dtype == .f32 {
      library.pointee.sgemm(
        Int32(OB_ROW_MAJOR), flags.0, flags.1, m32, n32, k32, 1,
        a.assumingMemoryBound(to: Float.self), lda, b.assumingMemoryBound(to: Float.self), ldb,
        adds ? 1 : 0, c.assumingMemoryBound(to: Float.self), n32)
    } else {
      library.pointee.dgemm(
        Int32(OB_ROW_MAJOR), flags.0, flags.1, m32, n32, k32, 1,
        a.assumingMemoryBound(to: Double.self), lda, b.assumingMemoryBound(to: Double.self), ldb,
        adds ? 1 : 0, c.assumingMemoryBound(to: Double.self), n32)
    }
  }
}
