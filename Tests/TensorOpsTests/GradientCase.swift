import Foundation
import TensorCore
import TensorOps

/// One line of `Tests/Reference/gradients.txt`: a call of an operation, and what PyTorch says of its
/// gradients.
struct GradientCase {
  let line: Int
  let operation: TensorOps.Operation
  let arguments: VariableArguments
  /// By operand; nil for what is no float.
  let gradients: [[Double]?]
  /// Where finite differences mean nothing.
  let isEdge: Bool

  struct Malformed: Error {
    let line: Int
  }

  static func all() throws -> [GradientCase] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Reference/gradients.txt")
    let text = try String(contentsOf: url, encoding: .utf8)
    return try text.split(separator: "\n").enumerated().map { index, line in
      try GradientCase(String(line), number: index + 1)
    }
  }

  private init(_ text: String, number: Int) throws {
    line = number
    guard
      let record = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
      let name = record["op"] as? String, let given = record["args"] as? [Any],
      let gradients = record["grads"] as? [Any],
      let operation = OperationTable.all.first(where: { $0.name == name })
    else { throw Malformed(line: number) }
    self.operation = operation
    isEdge = record["edge"] != nil
    self.gradients = gradients.map { ($0 as? [Any])?.map(GradientCase.number) }
    arguments = VariableArguments(
      try operation.parameters.enumerated().map { index, parameter in
        guard index < given.count, let value = given[index] as? [String: Any] else {
          return GradientCase.absent(index < given.count ? .none : parameter.defaultValue)
        }
        if value["default"] != nil { return GradientCase.absent(parameter.defaultValue) }
        guard let argument = try GradientCase.argument(value, parameter.kind) else {
          throw Malformed(line: number)
        }
        return argument
      })
  }

  private static func absent(_ value: OperationParameter.Default) -> VariableArguments.Argument {
    .plain(value.argument)
  }

  private static func number(_ value: Any) -> Double {
    switch value as? String {
    case "nan": .nan
    case "inf": .infinity
    case "-inf": -.infinity
    default: (value as? NSNumber)?.doubleValue ?? .nan
    }
  }

  private static func argument(_ value: [String: Any], _ kind: OperationParameter.Kind) throws
    -> VariableArguments.Argument?
  {
    if value["t"] != nil { return try tensor(value).map { .variable(Variable($0)) } }
    if let all = value["ts"] as? [[String: Any]] {
      return .variables(try all.compactMap { try tensor($0) }.map { Variable($0) })
    }
    if let x = value["x"] { return .variable(Variable(number(x))) }
    if let i = value["i"] as? Int {
      if kind == .float { return .plain(.float(Double(i))) }
      return .plain(kind.isInts ? .ints([i]) : .int(i))
    }
    if let f = value["f"] { return .plain(.float(number(f))) }
    if let b = value["b"] as? Bool { return .plain(.bool(b)) }
    if let s = value["s"] as? String { return .plain(.string(s)) }
    if let name = value["dtype"] as? String { return DType(name: name).map { .plain(.dtype($0)) } }
    if let numbers = value["ints"] as? [Int] { return .plain(.ints(numbers)) }
    return nil
  }

  private static func tensor(_ value: [String: Any]) throws -> Tensor? {
    guard let shape = value["t"] as? [Int], let values = value["v"] as? [Any] else { return nil }
    let numbers = try Tensor(values.map(number), shape: Shape(shape))
    return value["d"] as? String == "f64" ? numbers : try numbers.cast(to: .i64)
  }

  // MARK: - Computing with it

  /// The operands as they were given, floats converted to `dtype`.
  func operands(_ dtype: DType = .f64) throws -> [Variable] {
    try arguments.operands.map { operand in
      operand.isScalar || !operand.isFloating ? operand : try operand.cast(to: dtype)
    }
  }

  /// sum(result * w) over the float results, w[k] = cos(1.3 k + 0.7).
  func loss(_ operands: [Variable]) throws -> Variable {
    var total: Variable = 0.0
    var place = 0
    for result in try results(operands) where result.isFloating {
      let count = result.shape.count
      let weights = (place..<place + count).map { cos(1.3 * Double($0) + 0.7) }
      place += count
      let w = Variable(try Tensor(weights, shape: result.shape).cast(to: result.plainDType))
      total = try total + (result * w).sum().asScalar()
    }
    return total
  }

  /// The results; of vectors whose sign is anyone's the squares. Of operations on symmetric matrices
  /// those of the operand made symmetric.
  private func results(_ operands: [Variable]) throws -> [Variable] {
    var operands = operands
    if ["cholesky", "eigh", "eigvalsh"].contains(operation.name) {
      operands[0] = try (operands[0] + operands[0].swappingAxes(-2, -1)) * 0.5
    }
    let leaves = try operation.apply(arguments.replacingOperands(operands)).leaves
    guard ["svd", "eigh"].contains(operation.name) else { return leaves }
    return try leaves.map { try Variable.elementwise(.square, $0) }
  }

  /// The gradient of the loss with respect to the float operands.
  func gradient(_ operands: [Variable]) throws -> [Variable?] {
    let tape = Tape(level: Level())
    let followed = operands.map { $0.isFloating ? tape.follow($0) : $0 }
    let seed: [(result: Variable, cotangent: Variable)] = [(try loss(followed), 1.0)]
    return try tape.cotangents(of: followed, from: seed, consuming: true)
  }
}

extension Variable {
  fileprivate var plainDType: DType { isScalar ? .f64 : dtype }

  /// All elements.
  func doubles() throws -> [Double] { try tensor().cast(to: .f64).toDoubles() }

  /// A direction to move in, different for each operand.
  func direction(_ seed: Int) throws -> Variable {
    let values = (0..<shape.count).map { sin(Double(1 + $0 * 7 + seed * 3)) }
    if isScalar { return Variable(values[0]) }
    return Variable(try Tensor(values, shape: shape).cast(to: dtype))
  }
}

extension OperationParameter.Kind {
  fileprivate var isInts: Bool {
    switch self {
    case .ints, .intsOrString, .variadicInts: true
    case .operand, .tensor, .tensors, .int, .float, .bool, .string, .dtype: false
    }
  }
}
