internal import Diagnostics
internal import TensorCore
internal import TensorOps

/// Derivatives of functions of the language.
let differentiationBuiltins: [Builtin] = [
  Builtin(
    "grad", [.required("f"), .named("argnums", "0"), .named("aux", "false")],
    """
    The function that gives the gradient of `f`, whose result is one number.

    With respect to the first argument, or those `argnums` counts from 0; of the same structure, \
    `none` for what is no float. With `aux` the function gives `(number, anything)`.
    """,
    examples: [
      ("grad(x -> x ^ 3)(2.0)", "12.0"),
      (
        "grad(p -> sum(p.w * p.w) + p.b)((w = [1.0, 2.0], b = 3.0))",
        "(w = f64[2] [2. 4.], b = 1.0)"
      ),
    ], body: Differentiation.grad),
  Builtin(
    "value_and_grad", [.required("f"), .named("argnums", "0"), .named("aux", "false")],
    "As `grad`, giving `(value, gradient)`; with `aux` `((value, anything), gradient)`.",
    examples: [("value_and_grad(x -> x ^ 2)(3.0)", "(9.0, 6.0)")],
    body: Differentiation.valueAndGrad),
  Builtin(
    "vjp", [.required("f"), .rest("arguments")],
    """
    The value of `f` and its pullback: a function that takes the result's cotangent to those of the \
    arguments (of one argument its own, of several a tuple).
    """,
    examples: [("vjp(x -> 3 * x, [1.0, 2.0])[1]([1.0, 10.0])", "f64[2] [ 3. 30.]")],
    body: Differentiation.vjp),
  Builtin(
    "jvp", [.required("f"), .required("x"), .required("v")],
    "The value of `f` at `x` and its derivative along `v`: forward differentiation.",
    examples: [("jvp(x -> x ^ 2, [1.0, 3.0], [1.0, 0.0])", "(f64[2] [1. 9.], f64[2] [2. 0.])")],
    body: Differentiation.jvp),
  Builtin(
    "jacobian", [.required("f")],
    "The function that gives all derivatives of `f`'s tensor by its argument's elements.",
    examples: [("jacobian(x -> x ^ 2)([1.0, 3.0])", "f64[2, 2]\n[[2. 0.]\n [0. 6.]]")],
    body: Differentiation.jacobian),
  Builtin(
    "hessian", [.required("f")],
    "The function that gives the second derivatives of `f`, whose result is one number.",
    examples: [("hessian(x -> x[0] ^ 2 * x[1])([1.0, 3.0])", "f64[2, 2]\n[[6. 2.]\n [2. 0.]]")],
    body: Differentiation.hessian),
  Builtin(
    "stop_gradient", [.required("x")], "The value, as a constant to differentiation.",
    examples: [("grad(x -> x * stop_gradient(x))(3.0)", "3.0")], body: Differentiation.stopGradient),
  Builtin(
    "custom_vjp", [.required("f"), .required("forward"), .required("backward")],
    """
    `f` with a derivative of your own.

    `forward(arguments...)` gives `(value, kept)`; `backward(kept, cotangent)` the cotangent of the \
    argument, of several a tuple of them.
    """,
    examples: [
      (
        "grad(custom_vjp(x -> round(x), x -> (round(x), none), (kept, g) -> g))(2.4)", "1.0"
      )
    ], body: CustomRules.customVJP),
  Builtin(
    "checkpoint", [.required("f")],
    "`f`, computed a second time on the way back in place of keeping what its derivative needs.",
    examples: [("grad(checkpoint(x -> exp(x) * x))(0.0)", "1.0")], body: CustomRules.checkpoint),
  Builtin(
    "check_grad",
    [.required("f"), .required("x"), .named("step", "1e-6"), .named("tolerance", "1e-5")],
    """
    The largest difference between the gradient of `f` at `x` and central differences, relative to \
    the gradient's size; more than the tolerance is an error.
    """,
    examples: [("check_grad(x -> sum(sin(x)), [0.5, 1.0]) < 1e-8", "true")],
    body: Differentiation.checkGrad),
]

private enum Differentiation {
  // MARK: - Gradients

  static func grad(_ context: inout CallContext) throws(CallFailure) -> Value {
    try derived("grad", context) { _, gradient in gradient }
  }

  static func valueAndGrad(_ context: inout CallContext) throws(CallFailure) -> Value {
    try derived("value_and_grad", context) { value, gradient in
      .tuple(TupleValue([value, gradient]))
    }
  }

  /// The function that differentiates when it is called.
  private static func derived(
    _ name: String, _ context: CallContext,
    _ result: @escaping @Sendable (_ value: Value, _ gradient: Value) -> Value
  ) throws(CallFailure) -> Value {
    let function = try context.function(0)
    let single = context.value(1).exactInt != nil || !context.has(1)
    let places = try context.intsIfPresent(1) ?? [0]
    let hasAuxiliary = try context.bool(2, default: false)
    return .function(named: name, of: function) { (inner) throws(CallFailure) in
      let (arguments, places) = try positions(places, inner)
      let found = try Differentiator(context: inner).valueAndGradients(
        function, arguments, places: places, hasAuxiliary: hasAuxiliary)
      let gradient = single ? found.gradients[0] : .tuple(TupleValue(found.gradients))
      return result(found.value, gradient)
    }
  }

  private static func positions(_ places: [Int], _ context: CallContext) throws(CallFailure) -> (
    [Value], [Int]
  ) {
    let arguments = Array(try context.tuple(0))
    for place in places where !(0..<arguments.count).contains(place) {
      throw context.failure(
        .argumentValue,
        "`argnums` names argument \(place), counted from 0; the call has \(arguments.count)")
    }
    return (arguments, places)
  }

  static func stopGradient(_ context: inout CallContext) throws(CallFailure) -> Value {
    try context.value(0).mappingFloats(
      { (variable) throws(CallFailure) in Value(Variable.plain(variable.value)) },
      others: { (value) throws(CallFailure) in value })
  }

  // MARK: - Pullbacks and tangents

  static func vjp(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    let arguments = Array(try context.tuple(1))
    let places = Array(arguments.indices)
    let recorded = try Differentiator(context: context).record(
      function, arguments, following: places)
    let level = recorded.tape.level
    let results = try recorded.result.floatLeaves()
    let pullback = Value.function(named: "pullback", of: nil, parameter: "cotangent") {
      (inner) throws(CallFailure) in
      let given = try Differentiator.asFloat(inner.value(0)).floatLeaves()
      guard given.count == results.count,
        zip(given, results).allSatisfy({ $0.shape == $1.shape || $0.isScalar })
      else {
        throw inner.failure(
          .argumentValue,
          "the cotangent, \(inner.value(0).describedWithArticle), has not the structure of the result, \(recorded.result.describedWithArticle)",
          argument: 0)
      }
      let gradients = try Differentiator(context: inner).gradients(
        recorded, from: zip(results, given).map { ($0, $1) }, places: places, consuming: false)
      return gradients.count == 1 ? gradients[0] : .tuple(TupleValue(gradients))
    }
    return .tuple(TupleValue([try recorded.result.below(level), pullback]))
  }

  static func jvp(_ context: inout CallContext) throws(CallFailure) -> Value {
    let found = try Differentiator(context: context).pushForward(
      try context.function(0), context.value(1), context.value(2))
    return .tuple(TupleValue([found.value, found.tangent]))
  }

  static func jacobian(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    return .function(named: "jacobian", of: function) { (inner) throws(CallFailure) in
      let argument = try oneArgument(inner)
      let recorded = try Differentiator(context: inner).record(
        function, [argument], following: [0])
      guard let output = recorded.result.variable, output.dtype.kind <= .float else {
        throw inner.failure(
          .argumentValue,
          "the function gives \(recorded.result.describedWithArticle), a number or tensor is wanted"
        )
      }
      return try derivatives(of: output, recorded, inner)
    }
  }

  static func hessian(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    return .function(named: "hessian", of: function) { (inner) throws(CallFailure) in
      let differentiator = Differentiator(context: inner)
      let tape = Tape(level: Level())
      guard let argument = try oneArgument(inner).variable else {
        throw inner.wrongType(0, wanted: "a number or a tensor")
      }
      let input = tape.follow(argument)
      let first = try differentiator.valueAndGradients(
        function, [Value(input)], places: [0], hasAuxiliary: false)
      guard let gradient = first.gradients[0].variable else {
        throw inner.wrongType(0, wanted: "a number or a tensor")
      }
      return try derivatives(
        of: gradient,
        Differentiator.Recorded(tape: tape, inputs: [Value(input)], result: Value(gradient)), inner)
    }
  }

  private static func oneArgument(_ context: CallContext) throws(CallFailure) -> Value {
    let arguments = try context.tuple(0)
    guard arguments.count == 1, let variable = Differentiator.asFloat(arguments[0]).variable,
      variable.isFloating
    else {
      throw context.failure(
        .argumentType, "one argument that is a Float or a tensor of floats is wanted",
        hint: "with several parameters, `jacobian(x -> f(x, y))`")
    }
    return Value(variable)
  }

  /// The derivatives of each element of `output`: its axes, then those of the input.
  private static func derivatives(
    of output: Variable, _ recorded: Differentiator.Recorded, _ context: CallContext
  ) throws(CallFailure) -> Value {
    let differentiator = Differentiator(context: context)
    let shape = output.shape
    var rows: [Variable] = []
    for index in 0..<shape.count {
      let seed = try tensorResult { () throws(TensorError) in try unit(index, like: output) }
      let gradient = try differentiator.gradients(
        recorded, from: [(output, seed)], places: [0], consuming: false)[0]
      guard let row = gradient.variable else { continue }
      rows.append(row)
    }
    let gradients = rows
    return try tensorResult { () throws(TensorError) in
      if output.rank == 0, let only = gradients.first { return Value(only) }
      guard let first = gradients.first else { return .tensor(try Tensor.zeros(shape)) }
      var tensors: [Variable] = []
      for row in gradients { tensors.append(try row.asTensor()) }
      let sizes = shape.array + first.shape.array
      guard sizes.count <= Shape.maxRank else { throw .rankTooHigh(rank: sizes.count) }
      return Value(try Variable.stacked(tensors).reshaped(to: Shape(sizes)))
    }
  }

  /// 1 at one position, 0 elsewhere.
  private static func unit(_ index: Int, like output: Variable) throws(TensorError) -> Variable {
    if output.isScalar { return 1.0 }
    var flat = try Tensor.zeros(Shape([output.shape.count]), output.dtype)
    try flat.assign(.scalar(.float(1)), at: [.index(index)])
    return Variable(try flat.reshaped(to: output.shape))
  }

  // MARK: - Checking

  static func checkGrad(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    let step = try context.float(2, default: 1e-6)
    let tolerance = try context.float(3, default: 1e-5)
    let point = Differentiator.asFloat(context.value(1))
    let differentiator = Differentiator(context: context)
    let gradient = try differentiator.valueAndGradients(
      function, [point], places: [0], hasAuxiliary: false
    ).gradients[0]
    let expected = try gradient.floatLeaves()
    let leaves = try point.floatLeaves()
    var largest = 0.0
    var size = 1e-12
    var worst = ""
    for (number, leaf) in leaves.enumerated() {
      for element in 0..<leaf.shape.count {
        try context.host.checkInterrupt()
        var ends: [Double] = []
        for direction in [step, -step] {
          var moved = leaves
          moved[number] = try tensorResult { () throws(TensorError) in
            try leaf.moved(element, by: direction)
          }
          let result = try context.host.call(function, [try point.replacingFloats(moved)])
          guard let end = result.primal.asDouble else {
            throw context.failure(.argumentValue, "the function must give one real number")
          }
          ends.append(end)
        }
        let difference = (ends[0] - ends[1]) / (2 * step)
        let exact = try tensorResult { () throws(TensorError) in
          try expected[number].tensor().scalar(at: element).complexValue.real
        }
        size = max(size, abs(exact))
        let error = abs(exact - difference)
        if !(error <= largest) {
          largest = error
          worst =
            "element \(element) of float \(number): the gradient is \(exact), the difference \(difference)"
        }
      }
    }
    let relative = largest / max(size, 1)
    guard relative <= tolerance else {
      throw context.failure(
        .assertionFailed, "the gradient is off by \(relative) of its size; \(worst)", argument: 0)
    }
    return .float(relative)
  }
}

extension Variable {
  /// The value with one element changed.
  fileprivate func moved(_ element: Int, by step: Double) throws(TensorError) -> Variable {
    guard !isScalar else { return try self + Variable(step) }
    let tensor = try tensor()
    let old = tensor.scalar(at: element).complexValue.real
    var flat = try tensor.copy().reshaped(to: [tensor.count])
    try flat.assign(.scalar(.float(old + step)), at: [.index(element)])
    return Variable(try flat.reshaped(to: tensor.shape))
  }
}

extension Value {
  /// A builtin made at run time; `arguments` come as a tuple (or as the one parameter named).
  static func function(
    named name: String, of function: Value?, parameter: String? = nil,
    _ body: @escaping @Sendable (CallContext) throws(CallFailure) -> Value
  ) -> Value {
    let parameters: [Signature.Parameter] =
      parameter.map { [.required($0)] } ?? [.rest("arguments")]
    var inner: String?
    if case .function(let value)? = function { inner = value.name }
    let shown = inner.map { "\(name)(\($0))" } ?? name
    return .function(
      FunctionValue(
        target: .builtin(
          Builtin(shown, parameters, "Made by `\(name)`.", examples: []) {
            (context: inout CallContext) throws(CallFailure) -> Value in try body(context)
          })))
  }
}
