internal import Glibc
internal import TensorCore

// Expressions of numbers alone, computed as the machine computes them one by one: a function gives
// the same number, bit for bit, under differentiation and without, and no tensor is made.

extension FusedExpression {
  /// The value of the expression for numbers.
  ///
  /// - Throws: as `Tensor.evaluate(_:leaves:)`.
  /// - Complexity: O(steps); nothing is allocated on the way but one array.
  func evaluate(numbers: [Scalar]) throws(FusedFailure) -> Scalar {
    var values = numbers
    values.reserveCapacity(numbers.count + steps.count)
    for (index, step) in steps.enumerated() {
      let result: Scalar?
      switch step.operation.arity {
      case 1: result = FusedExpression.unary(step.operation, values[step.a])
      case 2: result = FusedExpression.binary(step.operation, values[step.a], values[step.b])
      default:
        result = FusedExpression.choice(
          step.operation, values[step.a], values[step.b], values[step.c])
      }
      if let result {
        values.append(result)
        continue
      }
      let operands = [step.a, step.b, step.c].prefix(step.operation.arity).map {
        Operand.scalar(values[$0])
      }
      do throws(FusedFailure) {
        values.append(
          try Tensor.evaluate(FusedExpression.of(step.operation), leaves: operands).item())
      } catch {
        throw FusedFailure(step: index, error: error.error)
      }
    }
    return values[values.count - 1]
  }

  /// nil (in all of these): not done here, or not without an error.
  private static func unary(_ operation: ElementwiseOperation, _ operand: Scalar) -> Scalar? {
    guard case .float(let x) = operand else { return nil }
    switch operation {
    case .negate: return .float(-x)
    case .abs: return .float(x.magnitude)
    case .square: return .float(x * x)
    case .sqrt: return .float(x.squareRoot())
    case .exp: return .float(exp(x))
    case .log: return .float(log(x))
    case .log2: return .float(log2(x))
    case .log10: return .float(log10(x))
    case .sin: return .float(sin(x))
    case .cos: return .float(cos(x))
    case .tan: return .float(tan(x))
    case .tanh: return .float(tanh(x))
    case .sign: return .float(x > 0 ? 1 : x < 0 ? -1 : x)
    default: return nil
    }
  }

  private static func binary(_ operation: ElementwiseOperation, _ a: Scalar, _ b: Scalar) -> Scalar?
  {
    if case .int(let x) = a, case .int(let y) = b { return whole(operation, x, y) }
    if case .bool(let x) = a, case .bool(let y) = b {
      return operation == .and ? .bool(x && y) : operation == .or ? .bool(x || y) : nil
    }
    guard let x = a.real, let y = b.real else { return nil }
    switch operation {
    case .add: return .float(x + y)
    case .subtract: return .float(x - y)
    case .multiply: return .float(x * y)
    case .divide: return .float(x / y)
    case .power: return .float(pow(x, y))
    case .equal: return .bool(x == y)
    case .notEqual: return .bool(x != y)
    case .less: return .bool(x < y)
    case .lessOrEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterOrEqual: return .bool(x >= y)
    default: return nil
    }
  }

  private static func whole(_ operation: ElementwiseOperation, _ x: Int, _ y: Int) -> Scalar? {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = x.addingReportingOverflow(y)
    case .subtract: result = x.subtractingReportingOverflow(y)
    case .multiply: result = x.multipliedReportingOverflow(by: y)
    case .equal: return .bool(x == y)
    case .less: return .bool(x < y)
    case .greater: return .bool(x > y)
    default: return nil
    }
    return result.overflow ? nil : .int(result.partialValue)
  }

  private static func choice(
    _ operation: ElementwiseOperation, _ a: Scalar, _ b: Scalar, _ c: Scalar
  )
    -> Scalar?
  {
    guard operation == .where, case .bool(let isFirst) = a, let x = b.real, let y = c.real else {
      return nil
    }
    if case .int = b, case .int = c { return isFirst ? b : c }
    return .float(isFirst ? x : y)
  }
}

extension Scalar {
  /// An Int or Float as a Double.
  fileprivate var real: Double? {
    switch self {
    case .int(let number): Double(number)
    case .float(let number): number
    case .bool, .complex: nil
    }
  }
}
