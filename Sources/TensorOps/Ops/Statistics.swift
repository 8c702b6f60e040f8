internal import TensorCore

// Order statistics, covariances, integrals and curves, made of sorting, sums and products.

extension OperationTable {
  package static let statisticsOperations: [Operation] =
    quantileOperations + covarianceOperations + curveOperations + convolutionOfVectors

  private static let x = OperationParameter("x", .tensor)
  private static let axis = OperationParameter("axis", .int, .none)
  private static let keepdims = OperationParameter("keepdims", .bool, .bool(false))

  // MARK: - Quantiles

  private static let quantileOperations: [Operation] = [
    Operation(
      composed: "quantile",
      "What the part `q` of the elements is below, from 0 to 1, along an axis or of all: between "
        + "two elements, in proportion.",
      [x, OperationParameter("q", .operand), axis, keepdims], "quantile([1, 2, 3, 4], 0.5)",
      gives: "2.5"
    ) { (arguments) throws(TensorError) in
      .one(try quantile(arguments, "quantile", whole: 1))
    },
    Operation(
      composed: "percentile", "As `quantile`, with `q` from 0 to 100.",
      [x, OperationParameter("q", .operand), axis, keepdims], "percentile([1, 2, 3, 4], 50)",
      gives: "2.5"
    ) { (arguments) throws(TensorError) in
      .one(try quantile(arguments, "percentile", whole: 100))
    },
    Operation(
      composed: "median", "The middle element, or the mean of the two in the middle.",
      [x, axis, keepdims], "median([3, 1, 2])", gives: "2.0"
    ) { (arguments) throws(TensorError) in
      let (attributes, x) = (arguments.attributes, arguments.operand(0))
      let lines = try SortedLines(x, attributes.optionalInt(1), "median")
      let (low, high) = ((lines.length - 1) / 2, lines.length / 2)
      let middle = try (lines.element(low) + lines.element(high)) / 2.0
      let result = try lines.keepingNaN(middle)
      return .one(try lines.shaped(result, leading: [], keepdims: attributes.bool(2)))
    },
  ]

  private static func quantile(
    _ arguments: VariableArguments, _ name: String, whole: Double
  ) throws(TensorError) -> Variable {
    let attributes = arguments.attributes
    let lines = try SortedLines(arguments.operand(0), attributes.optionalInt(2), name)
    let asked = try arguments.operand(1).tensor()
    let parts = try asked.cast(to: .f64).toDoubles()
    var results: [Variable] = []
    for part in parts {
      guard part >= 0, part <= whole else {
        throw .argument(
          operation: name, name: "q", value: "\(part)", requirement: "from 0 to \(Int(whole))")
      }
      let place = part / whole * Double(lines.length - 1)
      let low = min(Int(place), lines.length - 1)
      let high = min(low + 1, lines.length - 1)
      let share = place - Double(low)
      let (a, b) = (try lines.element(low), try lines.element(high))
      let gap = try b - a
      // From the nearer end, so that both ends are exact.
      let between =
        share < 0.5 ? try a + gap * Variable(share) : try b - gap * Variable(1 - share)
      results.append(try lines.keepingNaN(low == high ? a : between))
    }
    if asked.rank == 0 {
      return try lines.shaped(results[0], leading: [], keepdims: attributes.bool(3))
    }
    guard !results.isEmpty else {
      throw .argument(operation: name, name: "q", value: "empty", requirement: "a number at least")
    }
    return try lines.shaped(
      try Variable.stacked(results), leading: asked.shape.array, keepdims: attributes.bool(3))
  }

  /// The elements of lines in rising order, the lines last.
  private struct SortedLines {
    let sorted: Variable
    let length: Int
    private let shape: Shape
    private let gone: [Int]

    init(_ x: Variable, _ axis: Int?, _ operation: String) throws(TensorError) {
      guard x.dtype.kind != .complex else {
        throw .unsupportedDType(operation: operation, dtype: x.dtype)
      }
      let real = x.dtype.kind == .float ? x : try x.cast(to: .f64)
      shape = x.shape
      if let axis {
        let along = try x.shape.resolve(axis: axis)
        gone = [along]
        let order = (0..<x.rank).filter { $0 != along } + [along]
        sorted = try real.transposed(order).applying("sort")
      } else {
        gone = Array(0..<x.rank)
        sorted = try real.reshaped(to: [x.shape.count]).applying("sort")
      }
      length = sorted.shape[sorted.rank - 1]
      guard length > 0 else { throw .emptyReduction(operation: operation, shape: x.shape) }
    }

    /// The element at a place of each line.
    func element(_ place: Int) throws(TensorError) -> Variable {
      var index = [IndexComponent](
        repeating: .slice(start: nil, stop: nil, step: 1), count: sorted.rank - 1)
      index.append(.index(place))
      return try sorted.indexed(by: index).asTensor()
    }

    /// NaN where a line has one: it stands last.
    func keepingNaN(_ value: Variable) throws(TensorError) -> Variable {
      let last = try element(length - 1)
      return try Variable.elementwise(
        .where, try Variable.elementwise(.isnan, Variable(last.tensor())), last, value)
    }

    func shaped(_ value: Variable, leading: [Int], keepdims: Bool) throws(TensorError) -> Variable {
      let sizes = leading + shape.reducing(gone, keepingAxes: keepdims).array
      guard sizes.count <= Shape.maxRank else { throw .rankTooHigh(rank: sizes.count) }
      return try value.reshaped(to: Shape(sizes))
    }
  }

  // MARK: - Covariances

  private static let covarianceOperations: [Operation] = [
    Operation(
      composed: "cov",
      "The covariances of variables, each a row of observations; a column with `rowvar = false`.",
      [
        x, OperationParameter("rowvar", .bool, .bool(true)),
        OperationParameter("ddof", .int, .int(1)),
      ], "cov([[1, 2, 3], [3, 2, 1]])", gives: "f64[2, 2]\n[[ 1. -1.]\n [-1.  1.]]"
    ) { (arguments) throws(TensorError) in
      let attributes = arguments.attributes
      return .one(
        try covariance(arguments.operand(0), "cov", attributes.bool(1), ddof: attributes.int(2)))
    },
    Operation(
      composed: "corrcoef",
      "The correlations of variables, each a row of observations; a column with `rowvar = false`.",
      [x, OperationParameter("rowvar", .bool, .bool(true))],
      "corrcoef([[1, 2, 3], [3, 2, 1]])[0, 1]",
      gives: "-1.0"
    ) { (arguments) throws(TensorError) in
      let c = try covariance(
        arguments.operand(0), "corrcoef", arguments.attributes.bool(1), ddof: 1)
      guard c.rank == 2 else { return .one(try c / c) }
      let size = c.shape[0]
      let diagonal = try c.reshaped(to: [size * size]).indexed(by: [
        .slice(start: nil, stop: nil, step: size + 1)
      ])
      let spread = try Variable.elementwise(.sqrt, diagonal)
      let scaled = try c / spread.reshaped(to: [size, 1]) / spread.reshaped(to: [1, size])
      return .one(try Variable.elementwise(.clip, scaled, -1.0, 1.0))
    },
  ]

  private static func covariance(
    _ x: Variable, _ operation: String, _ hasRows: Bool, ddof: Int
  ) throws(TensorError) -> Variable {
    guard x.rank == 1 || x.rank == 2 else {
      throw .wrongRank(operation: operation, expected: "1 or 2", shape: x.shape)
    }
    var rows = x.dtype.kind == .float || x.dtype.kind == .complex ? x : try x.cast(to: .f64)
    if rows.rank == 1 {
      rows = try rows.reshaped(to: [1, rows.shape[0]])
    } else if !hasRows {
      rows = try rows.transposed()
    }
    let centred = try rows - rows.mean(axes: [1], keepingAxes: true)
    var other = try centred.transposed()
    if x.dtype.kind == .complex { other = try Variable.elementwise(.conj, other) }
    let divisor = max(Double(rows.shape[1]) - Double(ddof), 0)
    let result = try centred.matmul(other) / Variable(divisor)
    return x.rank == 1 ? try result.reshaped(to: .scalar) : result
  }

  // MARK: - Curves

  private static let curveOperations: [Operation] = [
    Operation(
      composed: "trapezoid",
      "The integral along an axis of what lies between points at `x`, or `dx` apart, on straight "
        + "lines.",
      [
        OperationParameter("y", .tensor), OperationParameter("x", .tensor, .none),
        OperationParameter("dx", .float, .float(1)), OperationParameter("axis", .int, .int(-1)),
      ], "trapezoid([0, 1, 4])", gives: "3.0"
    ) { (arguments) throws(TensorError) in .one(try trapezoid(arguments)) },
    Operation(
      composed: "polyval",
      "The polynomial with these coefficients, that of the highest power first, at `x`.",
      [OperationParameter("p", .tensor), OperationParameter("x", .operand)],
      "polyval([1, 0, -1], [2, 3])", gives: "i64[2] [3 8]"
    ) { (arguments) throws(TensorError) in
      let (p, x) = (arguments.operand(0), arguments.operand(1))
      guard p.rank == 1 else {
        throw .wrongRank(operation: "polyval", expected: "1", shape: p.shape)
      }
      var result = try x * 0
      for place in 0..<p.shape[0] {
        if Interruption.isRequested { throw .interrupted }
        let coefficient = try p.indexed(by: [.index(place)])
        result = try result * x + (x.isScalar ? coefficient.asScalar() : coefficient)
      }
      return .one(result)
    },
    Operation(
      composed: "interp",
      "The curve through the points (xp, fp), whose `xp` rise, at `x`: on straight lines between "
        + "them; `left` and `right` of them, the first and last `fp` unless given.",
      [
        OperationParameter("x", .operand), OperationParameter("xp", .tensor),
        OperationParameter("fp", .tensor), OperationParameter("left", .float, .none),
        OperationParameter("right", .float, .none),
      ], "interp([0.5, 5.0], [0, 1, 2], [0, 10, 30])", gives: "f64[2] [ 5. 30.]"
    ) { (arguments) throws(TensorError) in .one(try interpolated(arguments)) },
  ]

  private static func trapezoid(_ arguments: VariableArguments) throws(TensorError) -> Variable {
    let y = arguments.operand(0)
    let axis = try y.shape.resolve(axis: arguments.attributes.int(3))
    let count = y.shape[axis]
    guard count > 1 else {
      return Variable(try Tensor.zeros(y.shape.reducing([axis], keepingAxes: false), .f64))
    }
    let sums =
      try y.slice(axis: axis, start: 1, count: count - 1)
      + y.slice(axis: axis, start: 0, count: count - 1)
    guard let x = arguments.optionalOperand(1) else {
      return try sums.sum(axes: [axis]) * Variable(arguments.attributes.float(2) / 2)
    }
    let along = x.rank == 1 ? 0 : try x.shape.resolve(axis: arguments.attributes.int(3))
    guard x.rank > 0, x.shape[along] == count else {
      throw .shapeMismatch(
        operation: "trapezoid", what: "the points are not as many as the values", lhs: y.shape,
        rhs: x.shape)
    }
    var gaps =
      try x.slice(axis: along, start: 1, count: count - 1)
      - x.slice(axis: along, start: 0, count: count - 1)
    if x.rank == 1 {
      var sizes = [Int](repeating: 1, count: y.rank)
      sizes[axis] = count - 1
      gaps = try gaps.reshaped(to: sizes)
    }
    return try (sums * gaps * 0.5).sum(axes: [axis])
  }

  private static func interpolated(_ arguments: VariableArguments) throws(TensorError) -> Variable {
    let (x, xp, fp) = (arguments.operand(0), arguments.operand(1), arguments.operand(2))
    guard xp.rank == 1, xp.shape == fp.shape, xp.shape[0] > 0 else {
      throw .shapeMismatch(
        operation: "interp", what: "as many `fp` as `xp` are needed, one at least", lhs: xp.shape,
        rhs: fp.shape)
    }
    let count = xp.shape[0]
    let at = try x.asTensor().cast(to: x.dtype.kind == .float ? x.dtype : .f64)
    let first = try fp.indexed(by: [.index(0)]).asTensor()
    let last = try fp.indexed(by: [.index(count - 1)]).asTensor()
    func outside(_ index: Int, _ end: Variable) -> Variable {
      arguments.attributes.optionalFloat(index).map { Variable($0) } ?? end
    }
    let (left, right) = (outside(3, first), outside(4, last))
    let (low, high) = (try xp.indexed(by: [.index(0)]), try xp.indexed(by: [.index(count - 1)]))
    var inner = last
    if count > 1 {
      let found = try xp.tensor().searchSorted(try at.tensor(), afterEqual: true)
      let places = try Tensor.elementwise(
        .clip, .tensor(found), .scalar(.int(1)), .scalar(.int(count - 1)))
      let before = try Tensor.elementwise(.subtract, .tensor(places), .scalar(.int(1)))
      let (xa, xb) = (try xp.taking(before, axis: 0), try xp.taking(places, axis: 0))
      let (fa, fb) = (try fp.taking(before, axis: 0), try fp.taking(places, axis: 0))
      inner = try (fb - fa) / (xb - xa) * (at - xa) + fa
      inner = try choose(.equal, at, high, last, inner)
    } else {
      inner = try at * 0.0 + last
    }
    let result = try choose(.less, at, low, left, choose(.greater, at, high, right, inner))
    return x.isScalar ? try result.asScalar() : result
  }

  /// `a` where the comparison holds, `b` elsewhere.
  private static func choose(
    _ comparison: ElementwiseOperation, _ x: Variable, _ bound: Variable, _ a: Variable,
    _ b: Variable
  ) throws(TensorError) -> Variable {
    let holds = try Variable.elementwise(
      comparison, Variable(try x.tensor()), Variable(try bound.tensor()))
    return try Variable.elementwise(.where, holds, a, b)
  }

  // MARK: - Convolution

  private static let convolutionOfVectors: [Operation] = [
    Operation(
      composed: "convolve",
      "The convolution of two vectors: all of it (\"full\"), its middle as long as the longer "
        + "(\"same\"), or where they overlap wholly (\"valid\").",
      [
        x, OperationParameter("y", .tensor), OperationParameter("mode", .string, .string("full")),
      ], "convolve([1, 2, 3], [1, 1])", gives: "i64[4] [1 3 5 3]"
    ) { (arguments) throws(TensorError) in
      let (x, y) = (arguments.operand(0), arguments.operand(1))
      let whole = try x.convolved(with: y)
      let (long, short) = (max(x.shape[0], y.shape[0]), min(x.shape[0], y.shape[0]))
      switch arguments.attributes.string(2) {
      case "full": return .one(whole)
      case "same": return .one(try whole.slice(axis: 0, start: (short - 1) / 2, count: long))
      case "valid":
        return .one(try whole.slice(axis: 0, start: short - 1, count: long - short + 1))
      default:
        throw .argument(
          operation: "convolve", name: "mode", value: "\"\(arguments.attributes.string(2))\"",
          requirement: "\"full\", \"same\" or \"valid\"")
      }
    }
  ]
}

extension Variable {
  /// As `Tensor.convolved(with:)`.
  fileprivate func convolved(with other: Variable) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "convolve", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        let a = try Variable.plain(operands[0]).tensor()
        return [.tensor(try a.convolved(with: try Variable.plain(operands[1]).tensor()))]
      },
      rule: { (step) throws(TensorError) in
        let (a, b) = (step.operands[0], step.operands[1])
        let g = try step.cotangent.asTensor().broadcast(to: step.results[0].shape)
        var parts: [Variable?] = [nil, nil]
        if step.isWanted[0] {
          parts[0] = try g.convolved(with: try b.flipped(nil)).slice(
            axis: 0, start: b.shape[0] - 1, count: a.shape[0])
        }
        if step.isWanted[1] {
          parts[1] = try g.convolved(with: try a.flipped(nil)).slice(
            axis: 0, start: a.shape[0] - 1, count: b.shape[0])
        }
        return parts
      })
    return try primitive(self, other)
  }
}
