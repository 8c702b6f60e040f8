internal import TensorCore

/// Draws. Without a key they come from the cell's own stream.
let randomBuiltins: [Builtin] = [
  Builtin(
    "rand", [.rest("shape"), .named("dtype", "f64"), .named("key", "none")],
    "Uniform numbers in [0, 1); one number without a shape.",
    examples: [("x = rand(1000); all((x >= 0) & (x < 1))", "true")], body: Random.rand),
  Builtin(
    "randn", [.rest("shape"), .named("dtype", "f64"), .named("key", "none")],
    "Numbers from the standard normal distribution; one number without a shape.",
    examples: [("shape(randn(2, 3))", "(2, 3)")], body: Random.randn),
  Builtin(
    "randint",
    [
      .required("low"), .required("high"), .optional("shape", "()"), .named("dtype", "i64"),
      .named("key", "none"),
    ],
    "Integers with `low <= n < high`, all equally likely.",
    examples: [("x = randint(0, 6, 100); max(x) < 6", "true")], body: Random.randint),
  Builtin(
    "bernoulli", [.required("p"), .optional("shape", "none"), .named("key", "none")],
    "True with probability `p`; a tensor of probabilities gives one draw for each.",
    examples: [("bernoulli(1.0, 3)", "bool[3] [ True  True  True]")], body: Random.bernoulli),
  Builtin(
    "permutation", [.required("n"), .named("key", "none")],
    "The numbers 0 to n - 1 in random order; of a tuple, its elements.",
    examples: [("sort(permutation(5))", "i64[5] [0 1 2 3 4]")], body: Random.permutation),
  Builtin(
    "choice",
    [
      .required("xs"), .optional("shape", "()"), .named("replace", "true"),
      .named("weights", "none"),
      .named("key", "none"),
    ],
    "Elements drawn from a tuple, a tensor (along its first axis), a range, or from 0 to n - 1 when `xs` is an Int.",
    examples: [
      ("choice((\"a\", \"a\"))", "\"a\""),
      ("sort(choice(3, 3, replace = false))", "i64[3] [0 1 2]"),
    ],
    body: Random.choice),
  Builtin(
    "categorical", [.required("weights"), .optional("shape", "()"), .named("key", "none")],
    "Indices drawn in proportion to the weights on the last axis, one for each row.",
    examples: [("categorical([0.0, 1.0, 0.0])", "1")], body: Random.categorical),
  Builtin(
    "dirichlet",
    [
      .required("concentration"), .optional("shape", "()"), .named("dtype", "f64"),
      .named("key", "none"),
    ],
    "Points on the simplex: nonnegative numbers on the last axis that sum to 1.",
    examples: [("shape(dirichlet([1.0, 1.0, 1.0], 4))", "(4, 3)")], body: Random.dirichlet),
  Builtin(
    "randgamma",
    [
      .required("concentration"), .optional("shape", "()"), .named("dtype", "f64"),
      .named("key", "none"),
    ],
    "Numbers from the gamma distribution with scale 1.",
    examples: [("shape(randgamma(2.0, 3))", "(3,)")], body: Random.gamma),
  Builtin(
    "key", [.required("seed")],
    "A key: the start of a stream of random numbers of its own. It serves one draw; `split` makes more keys of it.",
    examples: [("all(randn(3, key = key(42)) == randn(3, key = key(42)))", "true")],
    body: Random.key),
]

private enum Random {
  /// Where draws come from: a key's stream, used up by this, or the next words of the cell's.
  ///
  /// `words` is what the draw takes; nil when that is not known before, so that it gets a stream of
  /// its own.
  private static func stream(
    _ context: CallContext, key index: Int, words: Int?
  ) throws(CallFailure) -> PhiloxStream {
    guard context.has(index) else {
      if let words { return context.host.nextStream(words: words) }
      var seed = context.host.nextStream(words: 2)
      return PhiloxStream(key: (seed.next(), seed.next()))
    }
    let key = try context.external(index, as: KeyValue.self, wanted: "a Key")
    return try RandomKeys.use(key, context, argument: index)
  }

  /// Sizes from an argument, checked: `rand(2, 3)`, `rand((2, 3))`, `rand()`.
  private static func shape(_ context: CallContext, _ index: Int) throws(CallFailure) -> Shape {
    let sizes = try context.intsIfPresent(index) ?? []
    if let position = sizes.firstIndex(where: { $0 < 0 }) {
      var isOneOfSeveral = false
      if case .tuple(let given) = context.value(index) {
        isOneOfSeveral = given.count > 1 && given.count == sizes.count
      }
      throw context.wrongValue(
        index, found: String(sizes[position]), requirement: "at least 0",
        position: isOneOfSeveral ? position : nil)
    }
    guard sizes.count <= Shape.maxRank else { throw .tensor(.rankTooHigh(rank: sizes.count)) }
    let shape = Shape(sizes)
    guard shape.checkedCount != nil else { throw .tensor(.outOfMemory(bytes: .max)) }
    return shape
  }

  private static func draw(
    _ stream: PhiloxStream, _ body: (inout PhiloxStream) throws(TensorError) -> Tensor
  ) throws(CallFailure) -> Value {
    var stream = stream
    do {
      return try body(&stream).asValue
    } catch {
      throw .tensor(error)
    }
  }

  static func rand(_ context: inout CallContext) throws(CallFailure) -> Value {
    let shape = try shape(context, 0)
    let dtype = try context.dtype(1, default: .f64)
    return try draw(try stream(context, key: 2, words: shape.count)) {
      (stream) throws(TensorError) in
      try stream.uniform(shape, dtype: dtype)
    }
  }

  static func randn(_ context: inout CallContext) throws(CallFailure) -> Value {
    let shape = try shape(context, 0)
    let dtype = try context.dtype(1, default: .f64)
    return try draw(try stream(context, key: 2, words: shape.count)) {
      (stream) throws(TensorError) in
      try stream.normal(shape, dtype: dtype)
    }
  }

  static func randint(_ context: inout CallContext) throws(CallFailure) -> Value {
    let low = try context.int(0)
    let high = try context.int(1)
    guard low < high else {
      throw context.wrongValue(
        1, found: String(high), requirement: "more than `low`, which is \(low)")
    }
    let shape = try shape(context, 2)
    let dtype = try context.dtype(3, default: .i64)
    return try draw(try stream(context, key: 4, words: shape.count)) {
      (stream) throws(TensorError) in
      try stream.integers(low, high, shape, dtype: dtype)
    }
  }

  static func bernoulli(_ context: inout CallContext) throws(CallFailure) -> Value {
    let probabilities = try context.tensor(0)
    let shape = context.has(1) ? try shape(context, 1) : probabilities.shape
    return try draw(try stream(context, key: 2, words: shape.count)) {
      (stream) throws(TensorError) in
      try stream.bernoulli(probabilities, shape)
    }
  }

  static func permutation(_ context: inout CallContext) throws(CallFailure) -> Value {
    if let count = context.value(0).exactInt {
      guard count >= 0 else {
        throw context.wrongValue(0, found: String(count), requirement: "at least 0")
      }
      return try order(count, context)
    }
    let list = try context.list(0)
    guard case .tensor(let order) = try order(list.count, context) else { return .none }
    let positions = try tensorResult { () throws(TensorError) in try order.toInts() }
    return .tuple(TupleValue(positions.map { list[$0] }))
  }

  private static func order(_ count: Int, _ context: CallContext) throws(CallFailure) -> Value {
    var stream = try stream(context, key: 1, words: count)
    return .tensor(
      try tensorResult { () throws(TensorError) in try stream.permutation(count) })
  }

  static func choice(_ context: inout CallContext) throws(CallFailure) -> Value {
    let list = context.value(0).exactInt == nil ? try context.list(0) : nil
    let population = if let list { list.count } else { try context.int(0) }
    let shape = try shape(context, 1)
    let replaces = try context.bool(2, default: true)
    let weights = try context.tensorIfPresent(3)
    let words = replaces ? shape.count : max(shape.count, population, 0)
    let positions = try draw(try stream(context, key: 4, words: words)) {
      (stream) throws(TensorError) in
      try stream.choice(population, shape, replace: replaces, weights: weights)
    }
    guard let list else { return positions }
    switch positions {
    case .int(let position): return list[position]
    case .tensor(let tensor): return try picked(list, tensor, context.value(0))
    case .none, .bool, .float, .complex, .string, .tuple, .record, .map, .range, .function, .module,
      .external, .traced:
      return positions
    }
  }

  /// The elements at the drawn positions: stacked when they come from a tensor or range, else a
  /// tuple.
  private static func picked(
    _ list: ElementList, _ positions: Tensor, _ source: Value
  ) throws(CallFailure) -> Value {
    let drawn = try tensorResult { () throws(TensorError) in try positions.toInts() }
    let elements = Value.tuple(TupleValue(drawn.map { list[$0] }))
    switch source {
    case .tensor, .range:
      guard positions.rank > 0, !drawn.isEmpty, let stacked = try elements.stackedTensor() else {
        return elements
      }
      let sizes = positions.shape.array + stacked.shape.array.dropFirst()
      return .tensor(try tensorResult { () throws(TensorError) in try stacked.reshaped(to: sizes) })
    case .none, .bool, .int, .float, .complex, .string, .tuple, .record, .map, .function, .module,
      .external, .traced:
      return elements
    }
  }

  static func categorical(_ context: inout CallContext) throws(CallFailure) -> Value {
    let weights = try context.tensor(0)
    let shape = try shape(context, 1)
    let rows = weights.rank == 0 ? 1 : weights.shape.array.dropLast().reduce(1, *)
    let (words, overflow) = rows.multipliedReportingOverflow(by: shape.count)
    guard !overflow else { throw .tensor(.outOfMemory(bytes: .max)) }
    return try draw(try stream(context, key: 2, words: words)) { (stream) throws(TensorError) in
      try stream.categorical(weights, shape)
    }
  }

  static func dirichlet(_ context: inout CallContext) throws(CallFailure) -> Value {
    let concentration = try context.tensor(0)
    let shape = try shape(context, 1)
    let dtype = try context.dtype(2, default: .f64)
    return try draw(try stream(context, key: 3, words: nil)) { (stream) throws(TensorError) in
      try stream.dirichlet(concentration, shape, dtype: dtype)
    }
  }

  static func gamma(_ context: inout CallContext) throws(CallFailure) -> Value {
    let concentration = try context.tensor(0)
    let shape = try shape(context, 1)
    let dtype = try context.dtype(2, default: .f64)
    return try draw(try stream(context, key: 3, words: nil)) { (stream) throws(TensorError) in
      try stream.gamma(concentration, shape, dtype: dtype)
    }
  }

  static func key(_ context: inout CallContext) throws(CallFailure) -> Value {
    let seed = try context.int(0)
    return .external(KeyValue(PhiloxStream(seed: UInt64(bitPattern: Int64(seed)))))
  }
}
