package import TensorCore

// Typed access to the arguments of a builtin. Each accessor comes in three forms: `int(i)` (must be
// there),
// `int(i, default: d)` and `intIfPresent(i)`, which take a left-out argument or `none` as absent.
//
// All throw E0402 (`CallFailure.diagnostic`, marked with the argument) when the type is wrong,
// naming the builtin, the
// parameter, what was given and what is wanted: «`split`: `separator` is i64[3], a Str is wanted».

extension CallContext {
  // MARK: - Numbers

  /// An Int, or an integer tensor of rank 0.
  package func int(_ index: Int) throws(CallFailure) -> Int {
    if let number = value(index).exactInt { return number }
    var hint: String?
    if case .float = value(index) { hint = "`int(x)` makes an Int of a Float" }
    throw wrongType(index, wanted: "an Int", hint: hint)
  }

  package func intIfPresent(_ index: Int) throws(CallFailure) -> Int? {
    has(index) ? try int(index) : nil
  }

  package func int(_ index: Int, default fallback: Int) throws(CallFailure) -> Int {
    try intIfPresent(index) ?? fallback
  }

  /// A Float or Int, or a real tensor of rank 0.
  package func float(_ index: Int) throws(CallFailure) -> Double {
    guard let number = value(index).asDouble else { throw wrongType(index, wanted: "a Float") }
    return number
  }

  package func floatIfPresent(_ index: Int) throws(CallFailure) -> Double? {
    has(index) ? try float(index) : nil
  }

  package func float(_ index: Int, default fallback: Double) throws(CallFailure) -> Double {
    try floatIfPresent(index) ?? fallback
  }

  /// A Bool, or a bool tensor of rank 0.
  package func bool(_ index: Int) throws(CallFailure) -> Bool {
    switch value(index) {
    case .bool(let flag): return flag
    case .tensor(let tensor):
      if tensor.rank == 0, case .bool(let flag) = tensor.firstElement { return flag }
    case .none, .int, .float, .complex, .string, .tuple, .record, .map, .range, .function, .module,
      .external, .traced:
      break
    }
    throw wrongType(index, wanted: "a Bool")
  }

  package func boolIfPresent(_ index: Int) throws(CallFailure) -> Bool? {
    has(index) ? try bool(index) : nil
  }

  package func bool(_ index: Int, default fallback: Bool) throws(CallFailure) -> Bool {
    try boolIfPresent(index) ?? fallback
  }

  // MARK: - Text

  package func string(_ index: Int) throws(CallFailure) -> String {
    guard case .string(let text) = value(index) else { throw wrongType(index, wanted: "a Str") }
    return text
  }

  package func stringIfPresent(_ index: Int) throws(CallFailure) -> String? {
    has(index) ? try string(index) : nil
  }

  package func string(_ index: Int, default fallback: String) throws(CallFailure) -> String {
    try stringIfPresent(index) ?? fallback
  }

  /// A tuple of Str, or one Str (then of count 1).
  package func strings(_ index: Int) throws(CallFailure) -> [String] {
    switch value(index) {
    case .string(let text): return [text]
    case .tuple(let values):
      var texts: [String] = []
      texts.reserveCapacity(values.count)
      for (position, element) in values.enumerated() {
        guard case .string(let text) = element else {
          throw wrongType(index, found: element, within: "element \(position)", wanted: "a Str")
        }
        texts.append(text)
      }
      return texts
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .range, .function, .module,
      .external, .traced:
      throw wrongType(index, wanted: "a tuple of Str")
    }
  }

  package func stringsIfPresent(_ index: Int) throws(CallFailure) -> [String]? {
    has(index) ? try strings(index) : nil
  }

  // MARK: - Tensors

  /// A tensor; a number or Bool becomes rank 0, a tuple of numbers or tensors is stacked, a range
  /// is spelled out.
  ///
  /// - Throws: E0308 when the elements of a tuple differ in shape, E0502 when memory runs out.
  package func tensor(_ index: Int) throws(CallFailure) -> Tensor {
    guard let tensor = try value(index).stackedTensor() else {
      throw wrongType(index, wanted: "a tensor or a number")
    }
    return tensor
  }

  package func tensorIfPresent(_ index: Int) throws(CallFailure) -> Tensor? {
    has(index) ? try tensor(index) : nil
  }

  /// A tensor, or a number as a weak scalar; tuples of numbers and ranges become tensors.
  package func operand(_ index: Int) throws(CallFailure) -> Operand {
    if let scalar = value(index).scalar { return .scalar(scalar) }
    return .tensor(try tensor(index))
  }

  /// Tensors: the elements of a tuple, or of a tensor split along its first axis.
  ///
  /// `given` is looked at in place of the argument, when it is only a part of it.
  package func tensors(_ index: Int, _ given: Value? = nil) throws(CallFailure) -> [Tensor] {
    switch given ?? value(index) {
    case .tuple(let values):
      var tensors: [Tensor] = []
      for (position, element) in values.enumerated() {
        guard let tensor = try element.stackedTensor() else {
          throw wrongType(
            index, found: element, within: "element \(position)", wanted: "a tensor or a number")
        }
        tensors.append(tensor)
      }
      return tensors
    case .tensor(let tensor) where tensor.rank > 0:
      try tensorResult { () throws(TensorError) in try Tensor.checkParts(tensor.shape[0]) }
      return (0..<tensor.shape[0]).map { tensor.selecting($0, axis: 0) }
    case .none, .bool, .int, .float, .complex, .string, .tensor, .record, .map, .range, .function,
      .module, .external, .traced:
      throw wrongType(index, wanted: "a tuple of tensors")
    }
  }

  /// A dtype by its name (`f32`), by the conversion of that name (`dtype = f32`) or a Str
  /// (`"f32"`).
  package func dtype(_ index: Int) throws(CallFailure) -> DType {
    if let dtype = value(index).namedDType { return dtype }
    if case .string(let text) = value(index) {
      throw wrongValue(
        index, found: "\"\(text)\"",
        requirement: "one of " + DType.allCases.map(\.name).joined(separator: ", "))
    }
    throw wrongType(index, wanted: "a dtype", hint: "a dtype is named as in `dtype = f32`")
  }

  package func dtypeIfPresent(_ index: Int) throws(CallFailure) -> DType? {
    has(index) ? try dtype(index) : nil
  }

  package func dtype(_ index: Int, default fallback: DType) throws(CallFailure) -> DType {
    try dtypeIfPresent(index) ?? fallback
  }

  private static let longestIntList = 1 << 24

  /// One Int, a tuple or a range of Ints, or an integer tensor of rank 1.
  package func ints(_ index: Int) throws(CallFailure) -> [Int] {
    switch value(index) {
    case .tuple(let values):
      // `zeros((2, 3))` through a `rest` parameter arrives as ((2, 3),).
      if values.count == 1, let first = values.first, let nested = first.elementsIfTuple {
        return try ints(of: nested, index)
      }
      return try ints(of: values, index)
    case .range(let range):
      guard range.count <= CallContext.longestIntList else {
        throw wrongValue(index, found: range.text, requirement: "at most 2^24 Ints")
      }
      return range.elements
    case .tensor(let tensor) where tensor.rank == 1 && tensor.dtype.kind == .integer:
      return try tensorResult { () throws(TensorError) in try tensor.toInts() }
    case .none, .bool, .int, .float, .complex, .string, .tensor, .record, .map, .function, .module,
      .external, .traced:
      if let number = value(index).exactInt { return [number] }
      throw wrongType(index, wanted: "an Int or a tuple of Ints")
    }
  }

  private func ints(of values: TupleValue, _ index: Int) throws(CallFailure) -> [Int] {
    var numbers: [Int] = []
    numbers.reserveCapacity(values.count)
    for (position, element) in values.enumerated() {
      guard let number = element.exactInt else {
        throw wrongType(index, found: element, within: "element \(position)", wanted: "an Int")
      }
      numbers.append(number)
    }
    return numbers
  }

  package func intsIfPresent(_ index: Int) throws(CallFailure) -> [Int]? {
    has(index) ? try ints(index) : nil
  }

  // MARK: - Collections and functions

  package func tuple(_ index: Int) throws(CallFailure) -> TupleValue {
    guard case .tuple(let values) = value(index) else { throw wrongType(index, wanted: "a Tuple") }
    return values
  }

  package func tupleIfPresent(_ index: Int) throws(CallFailure) -> TupleValue? {
    has(index) ? try tuple(index) : nil
  }

  package func record(_ index: Int) throws(CallFailure) -> RecordValue {
    guard case .record(let record) = value(index) else {
      throw wrongType(index, wanted: "a Record")
    }
    return record
  }

  package func map(_ index: Int) throws(CallFailure) -> MapValue {
    guard case .map(let map) = value(index) else { throw wrongType(index, wanted: "a Map") }
    return map
  }

  /// Something callable, to give to `host.call`.
  package func function(_ index: Int) throws(CallFailure) -> Value {
    guard case .function = value(index) else {
      throw wrongType(index, wanted: "a function", hint: "a lambda is written `x -> x + 1`")
    }
    return value(index)
  }

  package func functionIfPresent(_ index: Int) throws(CallFailure) -> Value? {
    has(index) ? try function(index) : nil
  }

  /// A value of a kit's own type.
  package func external<T: ExternalValue>(
    _ index: Int, as type: T.Type, wanted: String
  ) throws(CallFailure) -> T {
    if case .external(let value) = value(index), let typed = value as? T { return typed }
    throw wrongType(index, wanted: wanted)
  }

  /// A choice among words: E0405 names them and the nearest spelling.
  package func choice(
    _ index: Int, among words: [String], default fallback: String
  ) throws(CallFailure) -> String {
    guard let word = try stringIfPresent(index) else { return fallback }
    guard words.contains(word) else { throw unknownWord(index, word, among: words) }
    return word
  }
}

/// Runs tensor code inside a builtin: its typed error becomes the call's failure.
package func tensorResult<Result>(
  _ body: () throws(TensorError) -> Result
) throws(CallFailure) -> Result {
  do {
    return try body()
  } catch {
    throw CallFailure(error)
  }
}
