internal import TensorCore

// Discrete Fourier transforms, as the array API standard's `fft` names them. `norm` says what is
// divided by the count: "backward" the way back, "forward" the way forth, "ortho" both by its root.

extension OperationTable {
  package static let fourierOperations: [Operation] =
    lineTransforms + realTransforms + gridTransforms + frequencyOperations

  private static let x = OperationParameter("x", .tensor)
  private static let n = OperationParameter("n", .int, .none)
  private static let axis = OperationParameter("axis", .int, .int(-1))
  private static let norm = OperationParameter("norm", .string, .string("backward"))
  private static let sizes = OperationParameter("s", .ints, .none)
  private static let axes = OperationParameter("axes", .ints, .none)

  private static func scale(_ operation: String, _ arguments: OperationArguments, _ index: Int)
    throws(TensorError) -> Tensor.FourierScale
  {
    switch arguments.string(index) {
    case "backward": return .backward
    case "ortho": return .orthonormal
    case "forward": return .forward
    default:
      throw .argument(
        operation: operation, name: "norm", value: "\"\(arguments.string(index))\"",
        requirement: "\"backward\", \"ortho\" or \"forward\"")
    }
  }

  /// A transform along one axis.
  private static func line(
    _ name: String, _ summary: String, _ example: String, gives: String,
    _ compute:
      @escaping @Sendable (Tensor, Int?, Int, Tensor.FourierScale) throws(TensorError) -> Tensor
  ) -> Operation {
    Operation(
      name: name, summary: summary, parameters: [x, n, axis, norm], example: example, gives: gives
    ) { (arguments) throws(TensorError) in
      .tensor(
        try compute(
          arguments.tensor(0), arguments.optionalInt(1), arguments.int(2),
          try scale(name, arguments, 3)))
    }
  }

  private static let lineTransforms: [Operation] = [
    line(
      "fft",
      "The discrete Fourier transform along an axis, cut or filled with zeros to `n` points first.",
      "abs(fft([1, 1, 1, 1]))", gives: "f64[4] [4. 0. 0. 0.]"
    ) { (x, n, axis, scale) throws(TensorError) in
      try x.fourier(count: n, axis: axis, scale)
    },
    line(
      "ifft", "The way back from `fft`.", "real(ifft(fft([1, 2, 3, 4])))",
      gives: "f64[4] [1. 2. 3. 4.]"
    ) { (x, n, axis, scale) throws(TensorError) in
      try x.fourier(count: n, axis: axis, scale, isInverse: true)
    },
  ]

  private static let realTransforms: [Operation] = [
    line(
      "rfft", "The first half of the transform of real numbers: `n // 2 + 1` complex ones.",
      "abs(rfft([1, 1, 1, 1]))", gives: "f64[3] [4. 0. 0.]"
    ) { (x, n, axis, scale) throws(TensorError) in
      try x.realFourier(count: n, axis: axis, scale)
    },
    line(
      "irfft", "The way back from `rfft`: `n` real numbers, an even count unless it is given.",
      "irfft(rfft([1, 2, 3, 4]))", gives: "f64[4] [1. 2. 3. 4.]"
    ) { (x, n, axis, scale) throws(TensorError) in
      try x.inverseRealFourier(count: n, axis: axis, scale)
    },
    line(
      "hfft", "The transform, `n` real numbers, of what is half of a line with conjugate symmetry.",
      "hfft([1, 0, 0])", gives: "f64[4] [1. 1. 1. 1.]"
    ) { (x, n, axis, scale) throws(TensorError) in
      let conjugate = try Tensor.elementwise(.conj, .tensor(x))
      return try conjugate.inverseRealFourier(count: n, axis: axis, scale.reversed)
    },
    line(
      "ihfft", "The way back from `hfft`.", "real(ihfft([1, 1, 1, 1]))",
      gives: "f64[3] [1. 0. 0.]"
    ) { (x, n, axis, scale) throws(TensorError) in
      let half = try x.realFourier(count: n, axis: axis, scale.reversed)
      return try Tensor.elementwise(.conj, .tensor(half))
    },
  ]

  /// The axes that are transformed, with the number of points of each.
  private static func grid(
    _ operation: String, _ arguments: OperationArguments
  ) throws(TensorError) -> [(axis: Int, count: Int?)] {
    let shape = arguments.tensor(0).shape
    let sizes = arguments.optionalInts(1)
    let given =
      arguments.optionalInts(2)
      ?? Array((shape.rank - min(sizes?.count ?? shape.rank, shape.rank))..<shape.rank)
    let axes = try given.map { (axis) throws(TensorError) in try shape.resolve(axis: axis) }
    for (index, axis) in axes.enumerated() where axes[..<index].contains(axis) {
      throw .duplicateAxis(axis: given[index])
    }
    if let sizes, sizes.count != axes.count {
      throw .argument(
        operation: operation, name: "s", value: "of \(sizes.count) sizes",
        requirement: "of one for each of \(axes.count) axes")
    }
    return axes.enumerated().map { ($1, sizes?[$0]) }
  }

  private static func over(
    _ name: String, _ summary: String, _ example: String, gives: String,
    _ compute:
      @escaping @Sendable (Tensor, [(axis: Int, count: Int?)], Tensor.FourierScale)
      throws(TensorError) -> Tensor
  ) -> Operation {
    Operation(
      name: name, summary: summary, parameters: [x, sizes, axes, norm], example: example,
      gives: gives
    ) { (arguments) throws(TensorError) in
      .tensor(
        try compute(
          arguments.tensor(0), try grid(name, arguments), try scale(name, arguments, 3)))
    }
  }

  private static let gridTransforms: [Operation] = [
    over(
      "fftn", "The transform over several axes, all unless `axes` says which; `s` are the points.",
      "abs(fftn(ones(2, 2)))", gives: "f64[2, 2]\n[[4. 0.]\n [0. 0.]]"
    ) { (x, grid, scale) throws(TensorError) in
      var result = grid.isEmpty ? try x.cast(to: x.dtype.promoted(with: .c64)) : x
      for (axis, count) in grid.reversed() {
        result = try result.fourier(count: count, axis: axis, scale)
      }
      return result
    },
    over(
      "ifftn", "The way back from `fftn`.", "abs(ifftn(fftn(ones(2, 2))))",
      gives: "f64[2, 2]\n[[1. 1.]\n [1. 1.]]"
    ) { (x, grid, scale) throws(TensorError) in
      var result = grid.isEmpty ? try x.cast(to: x.dtype.promoted(with: .c64)) : x
      for (axis, count) in grid.reversed() {
        result = try result.fourier(count: count, axis: axis, scale, isInverse: true)
      }
      return result
    },
    over(
      "rfftn", "The transform of real numbers over several axes; of the last, the first half.",
      "shape(rfftn(ones(4, 6)))", gives: "(4, 4)"
    ) { (x, grid, scale) throws(TensorError) in
      guard let last = grid.last else {
        throw .wrongRank(operation: "rfftn", expected: "1 or more", shape: x.shape)
      }
      var result = try x.realFourier(count: last.count, axis: last.axis, scale)
      for (axis, count) in grid.dropLast().reversed() {
        result = try result.fourier(count: count, axis: axis, scale)
      }
      return result
    },
    over(
      "irfftn", "The way back from `rfftn`.", "irfftn(rfftn(ones(2, 2)))",
      gives: "f64[2, 2]\n[[1. 1.]\n [1. 1.]]"
    ) { (x, grid, scale) throws(TensorError) in
      guard let last = grid.last else {
        throw .wrongRank(operation: "irfftn", expected: "1 or more", shape: x.shape)
      }
      var result = x
      for (axis, count) in grid.dropLast() {
        result = try result.fourier(count: count, axis: axis, scale, isInverse: true)
      }
      return try result.inverseRealFourier(count: last.count, axis: last.axis, scale)
    },
  ]

  private static let points = OperationParameter("n", .int)
  private static let distance = OperationParameter("d", .float, .float(1))
  private static let dtype = OperationParameter("dtype", .dtype, .dtype(.f64))

  private static func frequencies(
    _ operation: String, _ arguments: OperationArguments, isHalf: Bool
  ) throws(TensorError) -> OperationResult {
    let count = arguments.int(0)
    guard count >= 1 else {
      throw .argument(
        operation: operation, name: "n", value: String(count), requirement: "at least 1")
    }
    let upper = isHalf ? count / 2 + 1 : count - count / 2
    var whole = try Tensor.sequence(from: .int(0), to: .int(upper), by: .int(1))
    if !isHalf {
      let lower = try Tensor.sequence(from: .int(-(count / 2)), to: .int(0), by: .int(1))
      whole = try Tensor.concatenated([whole, lower])
    }
    let scaled = try Tensor.elementwise(
      .divide, .tensor(whole), .scalar(.float(Double(count) * arguments.float(1))))
    return .tensor(try scaled.cast(to: arguments.optionalDType(2) ?? .f64))
  }

  private static func shifted(
    _ x: Tensor, _ axes: [Int]?, isBack: Bool
  ) throws(TensorError) -> OperationResult {
    var result = x
    for axis in axes ?? Array(0..<x.rank) {
      let along = try x.shape.resolve(axis: axis)
      let half = x.shape[along] / 2
      result = try result.rolled(by: isBack ? -half : half, axis: along)
    }
    return .tensor(result)
  }

  private static let frequencyOperations: [Operation] = [
    Operation(
      name: "fftfreq",
      summary: "The frequencies of the results of `fft` of `n` points at a distance of `d`.",
      parameters: [points, distance, dtype], example: "fftfreq(4)",
      gives: "f64[4] [ 0.    0.25 -0.5  -0.25]"
    ) { (arguments) throws(TensorError) in
      try frequencies("fftfreq", arguments, isHalf: false)
    },
    Operation(
      name: "rfftfreq",
      summary: "The frequencies of the results of `rfft` of `n` points at a distance of `d`.",
      parameters: [points, distance, dtype], example: "rfftfreq(4)",
      gives: "f64[3] [0.   0.25 0.5 ]"
    ) { (arguments) throws(TensorError) in
      try frequencies("rfftfreq", arguments, isHalf: true)
    },
    Operation(
      name: "fftshift",
      summary: "The frequency 0 moved to the middle of the given axes, or of all.",
      parameters: [x, axes], example: "fftshift(fftfreq(4))",
      gives: "f64[4] [-0.5  -0.25  0.    0.25]",
      derivative: .composed { (arguments) throws(TensorError) in
        try shifted(arguments, isBack: false)
      }
    ) { (arguments) throws(TensorError) in
      try shifted(arguments.tensor(0), arguments.optionalInts(1), isBack: false)
    },
    Operation(
      name: "ifftshift", summary: "The way back from `fftshift`.",
      parameters: [x, axes], example: "ifftshift(fftshift([1, 2, 3]))",
      gives: "i64[3] [1 2 3]",
      derivative: .composed { (arguments) throws(TensorError) in
        try shifted(arguments, isBack: true)
      }
    ) { (arguments) throws(TensorError) in
      try shifted(arguments.tensor(0), arguments.optionalInts(1), isBack: true)
    },
  ]

  private static func shifted(
    _ arguments: VariableArguments, isBack: Bool
  ) throws(TensorError) -> VariableResult {
    var result = arguments.operand(0)
    let shape = result.shape
    for axis in arguments.attributes.optionalInts(1) ?? Array(0..<shape.rank) {
      let along = try shape.resolve(axis: axis)
      let (size, half) = (shape[along], shape[along] / 2)
      let cut = isBack ? half : size - half
      result = try Variable.concatenated(
        [
          try result.slice(axis: along, start: cut, count: size - cut),
          try result.slice(axis: along, start: 0, count: cut),
        ], axis: along)
    }
    return .one(result)
  }
}
