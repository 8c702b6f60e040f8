package import TensorCore

/// One tensor operation: everything there is to know about it. The builtin, its documentation,
/// completion, the example's test, the fusion of calls and the gradient's test derive from this
/// entry.
package struct Operation: Sendable {
  package let name: String
  /// One sentence.
  package let summary: String
  package let parameters: [OperationParameter]
  /// A line of the language and what it shows; run as a test.
  package let example: String
  package let gives: String
  /// When set, a call with plain arguments may become a step of a fused expression.
  package let elementwise: ElementwiseOperation?
  package let derivative: Derivative
  package let evaluate: @Sendable (OperationArguments) throws(TensorError) -> OperationResult

  package init(
    name: String, summary: String, parameters: [OperationParameter], example: String, gives: String,
    elementwise: ElementwiseOperation? = nil, derivative: Derivative? = nil,
    evaluate: @escaping @Sendable (OperationArguments) throws(TensorError) -> OperationResult
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.example = example
    self.gives = gives
    self.elementwise = elementwise
    self.derivative = derivative ?? (elementwise == nil ? .none : .elementwise)
    self.evaluate = evaluate
  }
}

package struct OperationParameter: Sendable {
  /// What the runtime converts the user's value to before the operation sees it.
  package enum Kind: Sendable {
    /// A tensor or a number: arrives as `.operand`.
    case operand
    /// A tensor; a number becomes rank 0, a tuple of numbers or tensors is stacked: arrives as
    /// `.operand(.tensor)`.
    case tensor
    /// A tuple of tensors (or a tensor, split along its first axis): arrives as `.tensors`.
    case tensors
    case int
    case float
    case bool
    case string
    case dtype
    /// One Int or a tuple of Ints: arrives as `.ints`.
    case ints
    /// As `ints`, or a text: arrives as `.ints` or `.string`.
    case intsOrString
    /// The remaining positional Ints, or one tuple of them (`zeros(2, 3)`, `zeros((2, 3))`):
    /// arrives as `.ints`.
    case variadicInts
  }

  package enum Default: Sendable {
    case required
    /// `none`: arrives as `.none`.
    case none
    case int(Int)
    case float(Double)
    case bool(Bool)
    case string(String)
    case dtype(DType)

    /// What the operation gets when the argument is left out; nothing when it must be given.
    package var argument: OperationArgument {
      switch self {
      case .required, .none: .none
      case .int(let number): .int(number)
      case .float(let number): .float(number)
      case .bool(let flag): .bool(flag)
      case .string(let text): .string(text)
      case .dtype(let dtype): .dtype(dtype)
      }
    }
  }

  /// What else may be written than the kind says.
  package struct Allowance: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `none`, which arrives as `.none` instead of the default.
    package static let none = Allowance(rawValue: 1)
    /// A text, which arrives as `.string`.
    package static let text = Allowance(rawValue: 2)
    /// Of kind `tensors`: the remaining positional values, as well as one tuple of them.
    package static let rest = Allowance(rawValue: 4)
  }

  package let name: String
  package let kind: Kind
  package let defaultValue: Default
  package let allows: Allowance

  package init(
    _ name: String, _ kind: Kind, _ defaultValue: Default = .required, allows: Allowance = []
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.allows = allows
  }
}

package enum OperationArgument: Sendable {
  case none
  case operand(Operand)
  case tensors([Tensor])
  case int(Int)
  case float(Double)
  case bool(Bool)
  case string(String)
  case dtype(DType)
  case ints([Int])
}

/// The arguments in the order of the parameters, already converted and with defaults filled in.
package struct OperationArguments: Sendable {
  package let values: [OperationArgument]

  package init(_ values: [OperationArgument]) { self.values = values }

  /// - Precondition (all of these): the parameter at `index` has the matching kind.
  package func operand(_ index: Int) -> Operand {
    guard case .operand(let value) = values[index] else { preconditionFailure("not an operand") }
    return value
  }

  package func tensor(_ index: Int) -> Tensor {
    guard case .operand(.tensor(let value)) = values[index] else {
      preconditionFailure("not a tensor")
    }
    return value
  }

  package func optionalTensor(_ index: Int) -> Tensor? {
    guard case .operand(.tensor(let value)) = values[index] else { return nil }
    return value
  }

  package func optionalOperand(_ index: Int) -> Operand? {
    guard case .operand(let value) = values[index] else { return nil }
    return value
  }

  package func tensors(_ index: Int) -> [Tensor] {
    guard case .tensors(let value) = values[index] else { preconditionFailure("not tensors") }
    return value
  }

  package func int(_ index: Int) -> Int {
    guard case .int(let value) = values[index] else { preconditionFailure("not an Int") }
    return value
  }

  package func optionalInt(_ index: Int) -> Int? {
    guard case .int(let value) = values[index] else { return nil }
    return value
  }

  package func float(_ index: Int) -> Double {
    guard case .float(let value) = values[index] else { preconditionFailure("not a Float") }
    return value
  }

  package func optionalFloat(_ index: Int) -> Double? {
    guard case .float(let value) = values[index] else { return nil }
    return value
  }

  package func bool(_ index: Int) -> Bool {
    guard case .bool(let value) = values[index] else { preconditionFailure("not a Bool") }
    return value
  }

  package func string(_ index: Int) -> String {
    guard case .string(let value) = values[index] else { preconditionFailure("not a Str") }
    return value
  }

  package func optionalDType(_ index: Int) -> DType? {
    guard case .dtype(let value) = values[index] else { return nil }
    return value
  }

  package func ints(_ index: Int) -> [Int] {
    guard case .ints(let value) = values[index] else { preconditionFailure("not Ints") }
    return value
  }

  /// One Int stands for as many as are wanted.
  package func ints(_ index: Int, count: Int) -> [Int]? {
    switch values[index] {
    case .int(let number): return Array(repeating: number, count: count)
    case .ints(let numbers):
      if numbers.count == 1 { return Array(repeating: numbers[0], count: count) }
      return numbers.count == count ? numbers : nil
    case .none, .operand, .tensors, .float, .bool, .string, .dtype: return nil
    }
  }

  package func optionalString(_ index: Int) -> String? {
    guard case .string(let value) = values[index] else { return nil }
    return value
  }

  package func optionalInts(_ index: Int) -> [Int]? {
    guard case .ints(let value) = values[index] else { return nil }
    return value
  }
}

package enum OperationResult: Sendable {
  /// Shown to the user as a tensor, also of rank 0.
  case tensor(Tensor)
  /// A rank-0 tensor becomes a plain number (a full reduction, an elementwise operation on
  /// numbers).
  case value(Tensor)
  case scalar(Scalar)
  case tuple([OperationResult])
  case record([(name: String, value: OperationResult)])
}
