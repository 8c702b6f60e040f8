internal import TensorCore
internal import TensorOps

/// Questions about element types, as the array API standard asks them. A dtype is a conversion
/// (`f32`) or its name (`"f32"`).
let dtypeBuiltins: [Builtin] = [
  Builtin(
    "result_type", [.rest("values")],
    "The name of the dtype that tensors, dtypes and numbers give together in arithmetic.",
    examples: [("result_type(f32, 2)", "\"f32\"")], body: ElementTypes.resultType),
  Builtin(
    "can_cast", [.required("from"), .required("to")],
    "Whether arithmetic would turn the dtype of `from`, a tensor or dtype, into `to`.",
    examples: [("can_cast(i32, f64)", "true"), ("can_cast(f64, f32)", "false")],
    body: ElementTypes.canCast),
  Builtin(
    "isdtype", [.required("dtype"), .required("kind")],
    """
    Whether a dtype is of a kind: "bool", "signed integer", "unsigned integer", "integral", \
    "real floating", "complex floating" or "numeric"; a dtype, or a tuple of kinds, one of which \
    will do.
    """,
    examples: [("isdtype(f32, \"real floating\")", "true")], body: ElementTypes.isDType),
  Builtin(
    "finfo", [.required("type")],
    """
    The limits of the floats of a dtype, or of the parts of complex numbers: bits, the distance \
    from 1 to the next, the largest, the smallest, and the smallest that is normal.
    """,
    examples: [("finfo(f64).eps", "2.220446049250313e-16")], body: ElementTypes.floatLimits),
  Builtin(
    "iinfo", [.required("type")], "The limits of the integers of a dtype.",
    examples: [("iinfo(u8)", "(bits = 8, max = 255, min = 0, dtype = \"u8\")")],
    body: ElementTypes.integerLimits),
]

private enum ElementTypes {
  /// The dtype of a tensor, or the one a value names; nil for a number.
  private static func dtype(
    of value: Value, _ index: Int, _ context: CallContext
  ) throws(CallFailure) -> DType? {
    if let named = value.namedDType { return named }
    if case .tensor(let tensor) = value.primal { return tensor.dtype }
    if value.primal.scalar != nil { return nil }
    throw context.wrongType(index, found: value, wanted: "a dtype, a tensor or a number")
  }

  static func resultType(_ context: inout CallContext) throws(CallFailure) -> Value {
    var joined: DType?
    var scalars: [Scalar] = []
    for value in try context.tuple(0) {
      if let own = try dtype(of: value, 0, context) {
        joined = joined?.promoted(with: own) ?? own
      } else if let scalar = value.primal.scalar {
        scalars.append(scalar)
      }
    }
    guard var result = joined ?? scalars.first?.defaultDType else {
      throw context.wrongValue(
        0, found: "empty", requirement: "one dtype, tensor or number at least")
    }
    for scalar in scalars {
      result =
        joined == nil
        ? result.promoted(with: scalar.defaultDType)
        : result.promoted(withScalar: scalar.defaultDType.kind)
    }
    return .string(result.name)
  }

  static func canCast(_ context: inout CallContext) throws(CallFailure) -> Value {
    guard let from = try dtype(of: context.value(0), 0, context) else {
      throw context.wrongType(0, wanted: "a dtype or a tensor")
    }
    let to = try context.dtype(1)
    return .bool(from.promoted(with: to) == to)
  }

  static func isDType(_ context: inout CallContext) throws(CallFailure) -> Value {
    let dtype = try context.dtype(0)
    guard case .tuple(let kinds) = context.value(1) else {
      return .bool(try isOf(dtype, context.value(1), context))
    }
    var isOne = false
    for kind in kinds where try isOf(dtype, kind, context) { isOne = true }
    return .bool(isOne)
  }

  private static func isOf(_ dtype: DType, _ kind: Value, _ context: CallContext)
    throws(CallFailure) -> Bool
  {
    if case .string(let word) = kind {
      switch word {
      case "bool": return dtype == .bool
      case "signed integer": return dtype.kind == .integer && dtype != .u8
      case "unsigned integer": return dtype == .u8
      case "integral": return dtype.kind == .integer
      case "real floating": return dtype.kind == .float
      case "complex floating": return dtype.kind == .complex
      case "numeric": return dtype.kind != .bool
      default: break
      }
    }
    guard let other = kind.namedDType else {
      throw context.wrongType(1, found: kind, wanted: "a kind of dtypes, or a dtype")
    }
    return dtype == other
  }

  static func floatLimits(_ context: inout CallContext) throws(CallFailure) -> Value {
    let given = try dtype(of: context.value(0), 0, context)
    switch given?.realPart {
    case .f32: return limits(Float.self, bits: 32, "f32")
    case .f64: return limits(Double.self, bits: 64, "f64")
    case .bf16:
      return record(16, 0x1p-7, 0x1.FEp127, 0x1p-126, "bf16")
    case .bool, .u8, .i8, .i32, .i64, .c64, .c128, nil:
      throw context.wrongType(0, wanted: "a dtype of floats or complex numbers")
    }
  }

  private static func limits<F: BinaryFloatingPoint>(_ type: F.Type, bits: Int, _ name: String)
    -> Value
  {
    record(
      bits, Double(F.ulpOfOne), Double(F.greatestFiniteMagnitude), Double(F.leastNormalMagnitude),
      name)
  }

  private static func record(
    _ bits: Int, _ eps: Double, _ largest: Double, _ smallest: Double, _ name: String
  ) -> Value {
    .record(
      RecordValue([
        ("bits", .int(bits)), ("eps", .float(eps)), ("max", .float(largest)),
        ("min", .float(-largest)), ("smallest_normal", .float(smallest)),
        ("dtype", .string(name)),
      ]))
  }

  static func integerLimits(_ context: inout CallContext) throws(CallFailure) -> Value {
    let dtype = try dtype(of: context.value(0), 0, context)
    let range: (largest: Int, smallest: Int)
    switch dtype {
    case .u8: range = (255, 0)
    case .i8: range = (127, -128)
    case .i32: range = (Int(Int32.max), Int(Int32.min))
    case .i64: range = (.max, .min)
    case .bool, .f32, .f64, .c64, .c128, .bf16, nil:
      throw context.wrongType(0, wanted: "a dtype of integers")
    }
    return .record(
      RecordValue([
        ("bits", .int((dtype?.size ?? 0) * 8)), ("max", .int(range.largest)),
        ("min", .int(range.smallest)), ("dtype", .string(dtype?.name ?? "")),
      ]))
  }
}
