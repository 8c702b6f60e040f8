internal import TensorCore
internal import TensorOps

/// From one type to another, and questions about types and shapes.
let conversionBuiltins: [Builtin] =
  [
    Builtin(
      "int", [.required("x")],
      """
      The number as an Int: a Float is cut toward zero, a Bool is 0 or 1, a Str is read.

      A tensor becomes i64.
      """,
      examples: [("int(2.9)", "2"), ("int(\"12\")", "12")], body: Conversion.int),
    Builtin(
      "float", [.required("x")],
      "The number as a Float; a Str is read, a tensor becomes f64.",
      examples: [("float(2)", "2.0"), ("float(\"1e-3\")", "0.001")], body: Conversion.float),
    Builtin(
      "complex", [.required("re"), .optional("im", "0")],
      "The complex number with these parts; a tensor becomes c128.",
      examples: [("abs(complex(3, 4))", "5.0")], body: Conversion.complex),
    Builtin(
      "str", [.required("x")], "The value as text, as `print` writes it.",
      examples: [("str(1.5) + \"!\"", "\"1.5!\"")], body: Conversion.str),
    Builtin(
      "tuple", [.required("xs")],
      "The elements of a tensor, range, Str or tuple, the keys of a map or the values of a record, as a tuple.",
      examples: [("tuple(0..4)", "(0, 1, 2, 3)"), ("tuple(\"ab\")", "(\"a\", \"b\")")],
      body: Conversion.tuple),
    Builtin(
      "parse_int", [.required("text"), .optional("base", "10")],
      "The Int that the text spells, with spaces around it allowed.",
      examples: [("parse_int(\"42\")", "42"), ("parse_int(\"ff\", base = 16)", "255")],
      body: Conversion.parseInt),
    Builtin(
      "parse_float", [.required("text")], "The Float that the text spells.",
      examples: [("parse_float(\"2.5\")", "2.5")], body: Conversion.parseFloat),
    Builtin(
      "type_of", [.required("x")], "The name of the type of a value.",
      examples: [("type_of([1, 2])", "\"Tensor\""), ("type_of(\"a\")", "\"Str\"")],
      body: Conversion.typeOf),
    Builtin(
      "dtype", [.required("x")],
      "The element type of a tensor, or the one a number would have in a tensor.",
      examples: [("dtype([1.0])", "\"f64\"")], body: Conversion.dtype),
    Builtin(
      "shape", [.required("x")], "The sizes of a tensor's axes as a tuple; `()` for a number.",
      examples: [("shape(zeros(2, 3))", "(2, 3)")], body: Conversion.shape),
    Builtin(
      "ndim", [.required("x")], "The number of axes of a tensor; 0 for a number.",
      examples: [("ndim(zeros(2, 3))", "2")], body: Conversion.rank),
    Builtin(
      "size", [.required("x")], "The number of elements of a tensor; 1 for a number.",
      examples: [("size(zeros(2, 3))", "6")], body: Conversion.size),
  ] + DType.allCases.map(Conversion.conversion)

private enum Conversion {
  /// `f32(x)` and its like.
  static func conversion(to dtype: DType) -> Builtin {
    let examples: [(code: String, gives: String)]
    switch dtype {
    case .bool: examples = [("bool([0, 2])", "bool[2] [False  True]"), ("bool(1)", "true")]
    case .f32: examples = [("f32([1, 2])", "f32[2] [1. 2.]")]
    case .i64: examples = [("i64([1.9, -1.9])", "i64[2] [ 1 -1]")]
    case .bf16: examples = [("bf16([0.1, 3.14159])", "bf16[2] [0.1  3.14]")]
    case .u8, .i8, .i32, .f64, .c64, .c128:
      examples = [("dtype(\(dtype.name)([1, 0]))", "\"\(dtype.name)\"")]
    }
    let article = dtype == .u8 || !["i", "f"].contains(dtype.name.prefix(1)) ? "a" : "an"
    return Builtin(
      dtype.name, [.required("x")],
      """
      The numbers as \(article) \(dtype.name) tensor; a tuple is stacked, a record converted field by field.

      Also the name of the dtype: `zeros(3, dtype = \(dtype.name))`.
      """,
      examples: examples
    ) { (context: inout CallContext) throws(CallFailure) -> Value in
      if dtype == .bool, let scalar = context.value(0).primal.scalar {
        return .bool(scalar.complexValue != Complex(0, 0))
      }
      return try cast(context.value(0), to: dtype, context)
    }
  }

  private static func cast(
    _ value: Value, to dtype: DType, _ context: CallContext, depth: Int = 0
  ) throws(CallFailure) -> Value {
    guard depth < Value.deepestStructure else { throw .tooDeep() }
    if value.containsTraced, let variable = try value.stackedVariable() {
      return Value(
        try tensorResult { () throws(TensorError) in
          try variable.asTensor().cast(to: dtype)
        })
    }
    if case .record = value {
      return try value.mappingElements { (element) throws(CallFailure) in
        try cast(element, to: dtype, context, depth: depth + 1)
      }
    }
    guard let tensor = try value.stackedTensor() else {
      guard case .tuple(let values) = value, values.contains(where: \.isStructure) else {
        throw context.wrongType(0, found: value, wanted: "numbers or a tensor")
      }
      return try value.mappingElements { (element) throws(CallFailure) in
        try cast(element, to: dtype, context, depth: depth + 1)
      }
    }
    return .tensor(try tensorResult { () throws(TensorError) in try tensor.cast(to: dtype) })
  }

  static func int(_ context: inout CallContext) throws(CallFailure) -> Value {
    switch context.value(0).primal {
    case .int(let number): return .int(number)
    case .bool(let flag): return .int(flag ? 1 : 0)
    case .float(let number):
      guard let whole = Int(exactly: number.rounded(.towardZero)) else {
        throw context.wrongValue(
          0, found: formatFloat(number), requirement: "a number that an Int (64 bits) can hold")
      }
      return .int(whole)
    case .string: return try parseInt(&context)
    case .tensor(let tensor):
      return try tensorResult { () throws(TensorError) in try tensor.cast(to: .i64).asValue }
    case .none, .complex, .tuple, .record, .map, .range, .function, .module, .external, .traced:
      throw context.wrongType(0, wanted: "a number, a Str or a tensor")
    }
  }

  static func float(_ context: inout CallContext) throws(CallFailure) -> Value {
    if let variable = context.value(0).variable, variable.isTraced {
      return try tensorResult { () throws(TensorError) in
        if variable.isScalar { return Value(variable) }
        return try Value(element: try variable.cast(to: .f64))
      }
    }
    switch context.value(0) {
    case .int(let number): return .float(Double(number))
    case .bool(let flag): return .float(flag ? 1 : 0)
    case .float(let number): return .float(number)
    case .string: return try parseFloat(&context)
    case .tensor(let tensor):
      return try tensorResult { () throws(TensorError) in try tensor.cast(to: .f64).asValue }
    case .none, .complex, .tuple, .record, .map, .range, .function, .module, .external, .traced:
      throw context.wrongType(0, wanted: "a number, a Str or a tensor")
    }
  }

  static func complex(_ context: inout CallContext) throws(CallFailure) -> Value {
    if case .tensor(let tensor) = context.value(0), !context.has(1) {
      return try tensorResult { () throws(TensorError) in try tensor.cast(to: .c128).asValue }
    }
    if case .complex = context.value(0), !context.has(1) { return context.value(0) }
    return .complex(Complex(try context.float(0), try context.float(1, default: 0)))
  }

  static func str(_ context: inout CallContext) throws(CallFailure) -> Value {
    .string(context.value(0).printText)
  }

  static func tuple(_ context: inout CallContext) throws(CallFailure) -> Value {
    if case .tuple = context.value(0) { return context.value(0) }
    return .tuple(TupleValue(try context.list(0).values()))
  }

  static func parseInt(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    let base = context.arguments.count > 1 ? try context.int(1, default: 10) : 10
    guard (2...36).contains(base) else {
      throw context.wrongValue(1, found: String(base), requirement: "from 2 to 36")
    }
    let digits = text.trimmingSpaces().filter { $0 != "_" }
    guard let number = Int(digits, radix: base) else {
      throw context.unparsable(text, as: "an Int")
    }
    return .int(number)
  }

  static func parseFloat(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    let trimmed = text.trimmingSpaces().filter { $0 != "_" }
    // Swift would read hexadecimal floats too.
    guard !trimmed.lowercased().contains("x"), let number = Double(trimmed) else {
      throw context.unparsable(text, as: "a Float")
    }
    return .float(number)
  }

  static func typeOf(_ context: inout CallContext) throws(CallFailure) -> Value {
    .string(context.value(0).typeName)
  }

  static func dtype(_ context: inout CallContext) throws(CallFailure) -> Value {
    if case .tensor(let tensor) = context.value(0).primal { return .string(tensor.dtype.name) }
    guard let scalar = context.value(0).primal.scalar else {
      throw context.wrongType(0, wanted: "a tensor or a number")
    }
    return .string(scalar.defaultDType.name)
  }

  private static func shapeArray(_ context: CallContext) throws(CallFailure) -> [Int] {
    if case .tensor(let tensor) = context.value(0).primal { return tensor.shape.array }
    guard context.value(0).primal.scalar != nil else {
      throw context.wrongType(
        0, wanted: "a tensor or a number", hint: "`len(x)` counts the elements of any collection")
    }
    return []
  }

  static func shape(_ context: inout CallContext) throws(CallFailure) -> Value {
    .tuple(TupleValue(try shapeArray(context).map(Value.int)))
  }

  static func rank(_ context: inout CallContext) throws(CallFailure) -> Value {
    .int(try shapeArray(context).count)
  }

  static func size(_ context: inout CallContext) throws(CallFailure) -> Value {
    .int(try shapeArray(context).reduce(1, *))
  }
}

extension String {
  /// Without the spaces, tabs and line ends around it.
  func trimmingSpaces() -> String {
    var part = Substring(self)
    while let first = part.first, first.isWhitespace { part.removeFirst() }
    while let last = part.last, last.isWhitespace { part.removeLast() }
    return String(part)
  }
}
