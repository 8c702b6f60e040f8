internal import Synchronization

/// The derivative of a fused expression with respect to one of its leaves, as a fused expression of
/// its own: the gradient of a fused expression is computed in one pass, too.
///
/// Its leaves are those of the expression, then the cotangent of the result (broadcast to the
/// result's shape), then the result, then `constants`. Its value is the cotangent times the partial
/// derivative, of the result's shape: summing over the axes that the leaf was broadcast along is
/// the caller's.
package final class FusedDerivative: Sendable {
  package let expression: FusedExpression
  package let constants: [Scalar]
  /// Which leaves of the original expression it reads.
  package let readsLeaf: [Bool]
  package let readsResult: Bool

  init(
    _ expression: FusedExpression, constants: [Scalar], readsLeaf: [Bool], readsResult: Bool
  ) {
    self.expression = expression
    self.constants = constants
    self.readsLeaf = readsLeaf
    self.readsResult = readsResult
  }
}

/// The derivatives of an expression with respect to some of its leaves.
package final class FusedGradient: Sendable {
  package let expression: FusedExpression
  /// For each leaf its derivative; nil when it is not asked for, or 0 everywhere.
  package let derivatives: [FusedDerivative?]
  /// Which leaves some derivative reads.
  package let readsLeaf: [Bool]
  package let readsResult: Bool

  init(_ expression: FusedExpression, of leaves: [Bool]) {
    self.expression = expression
    let derivatives = leaves.enumerated().map { leaf, isAsked -> FusedDerivative? in
      guard isAsked else { return nil }
      var builder = DerivativeBuilder(expression, leaf: leaf)
      return builder.derivative()
    }
    self.derivatives = derivatives
    readsLeaf = leaves.indices.map { leaf in
      derivatives.contains { $0?.readsLeaf[leaf] ?? false }
    }
    readsResult = derivatives.contains { $0?.readsResult ?? false }
  }
}

/// The gradients of an expression, made at most once for each choice of leaves.
final class GradientCache: Sendable {
  private let known = Mutex<[UInt64: FusedGradient]>([:])

  func gradient(_ choice: UInt64, make: () -> FusedGradient) -> FusedGradient {
    if let found = known.withLock({ $0[choice] }) { return found }
    let made = make()
    known.withLock { $0[choice] = made }
    return made
  }
}

extension FusedExpression {
  /// The derivatives with respect to the leaves that are true.
  ///
  /// - Complexity: O(leaves · steps) the first time, then O(leaves).
  package func gradient(of leaves: [Bool]) -> FusedGradient {
    guard leafCount <= 64 else { return FusedGradient(self, of: leaves) }
    var choice: UInt64 = 0
    for (leaf, isAsked) in leaves.enumerated() where isAsked { choice |= 1 << UInt64(leaf) }
    return gradients.gradient(choice) { FusedGradient(self, of: leaves) }
  }
}

/// Builds the backward expression step by step, leaving out what is multiplied by 0 or 1.
private struct DerivativeBuilder {
  /// A value of the new expression.
  private enum Term: Hashable {
    case leaf(Int)
    case constant(Double)
    case step(Int)
  }

  private struct Key: Hashable {
    let operation: ElementwiseOperation
    let operands: [Term]
  }

  private let original: FusedExpression
  private let leaf: Int
  private var constants: [Double] = []
  private var steps: [(operation: ElementwiseOperation, operands: [Term])] = []
  private var known: [Key: Term] = [:]
  /// The terms that recompute the original's steps, made when first asked for.
  private var recomputed: [Int: Term] = [:]

  init(_ original: FusedExpression, leaf: Int) {
    self.original = original
    self.leaf = leaf
  }

  private var cotangent: Term { .leaf(original.leafCount) }
  private var result: Term { .leaf(original.leafCount + 1) }

  mutating func derivative() -> FusedDerivative? {
    guard let last = original.steps.indices.last else { return nil }
    let depends = dependence()
    guard depends[original.leafCount + last] else { return nil }
    var adjoints = [Term?](repeating: nil, count: original.leafCount + original.steps.count)
    adjoints[original.leafCount + last] = cotangent
    for index in original.steps.indices.reversed() {
      guard let adjoint = adjoints[original.leafCount + index] else { continue }
      let step = original.steps[index]
      let numbers = Array([step.a, step.b, step.c].prefix(step.operation.arity))
      for (place, number) in numbers.enumerated() where depends[number] {
        guard let part = partial(index, place, adjoint) else { continue }
        adjoints[number] = adjoints[number].map { add(.add, $0, part) } ?? part
      }
    }
    return adjoints[leaf].map { finished($0) }
  }

  /// Which values of the original depend on the leaf.
  private func dependence() -> [Bool] {
    var depends = [Bool](repeating: false, count: original.leafCount)
    depends[leaf] = true
    for step in original.steps {
      let numbers = [step.a, step.b, step.c].prefix(step.operation.arity)
      depends.append(numbers.contains { depends[$0] })
    }
    return depends
  }

  // MARK: - Terms

  private mutating func add(_ operation: ElementwiseOperation, _ operands: Term...) -> Term {
    let key = Key(operation: operation, operands: operands)
    if let term = known[key] { return term }
    steps.append((operation, operands))
    let term = Term.step(steps.count - 1)
    known[key] = term
    return term
  }

  private mutating func times(_ a: Term, _ b: Term) -> Term { add(.multiply, a, b) }

  private mutating func negated(_ a: Term) -> Term { add(.negate, a) }

  /// The value of a number of the original.
  private mutating func value(_ number: Int) -> Term {
    if number < original.leafCount { return .leaf(number) }
    let index = number - original.leafCount
    if index == original.steps.count - 1 { return result }
    if let term = recomputed[index] { return term }
    let step = original.steps[index]
    var operands: [Term] = []
    for number in [step.a, step.b, step.c].prefix(step.operation.arity) {
      operands.append(value(number))
    }
    let key = Key(operation: step.operation, operands: operands)
    let term: Term
    if let same = known[key] {
      term = same
    } else {
      steps.append((step.operation, operands))
      term = .step(steps.count - 1)
      known[key] = term
    }
    recomputed[index] = term
    return term
  }

  // MARK: - Rules

  /// What the adjoint `g` of a step adds to that of its operand in `place`; nil for nothing.
  private mutating func partial(_ index: Int, _ place: Int, _ g: Term) -> Term? {
    let step = original.steps[index]
    switch step.operation.arity {
    case 1: return unary(step, index, g)
    case 2: return binary(step, index, place, g)
    default: return ternary(step, place, g)
    }
  }

  /// `y` is the step's value, `a` its operand's.
  private mutating func unary(_ step: FusedExpression.Step, _ index: Int, _ g: Term) -> Term? {
    let one = Term.constant(1)
    let (a, y) = (value(step.a), value(original.leafCount + index))
    switch step.operation {
    case .negate: return negated(g)
    case .abs: return times(g, add(.sign, a))
    case .sqrt: return add(.divide, g, times(.constant(2), y))
    case .exp: return times(g, y)
    case .expm1: return times(g, add(.add, y, one))
    case .log: return add(.divide, g, a)
    case .log2: return add(.divide, g, times(a, .constant(0.6931471805599453)))
    case .log10: return add(.divide, g, times(a, .constant(2.302585092994046)))
    case .log1p: return add(.divide, g, add(.add, a, one))
    case .sin: return times(g, add(.cos, a))
    case .cos: return negated(times(g, add(.sin, a)))
    case .tan: return times(g, add(.add, add(.square, y), one))
    case .asin: return add(.divide, g, add(.sqrt, add(.subtract, one, add(.square, a))))
    case .acos: return negated(add(.divide, g, add(.sqrt, add(.subtract, one, add(.square, a)))))
    case .atan: return add(.divide, g, add(.add, add(.square, a), one))
    case .sinh: return times(g, add(.cosh, a))
    case .cosh: return times(g, add(.sinh, a))
    case .tanh: return times(g, add(.subtract, one, add(.square, y)))
    case .asinh: return add(.divide, g, add(.sqrt, add(.add, add(.square, a), one)))
    case .acosh: return add(.divide, g, add(.sqrt, add(.subtract, add(.square, a), one)))
    case .atanh: return add(.divide, g, add(.subtract, one, add(.square, a)))
    case .square: return times(g, times(.constant(2), a))
    case .reciprocal: return negated(times(g, add(.square, y)))
    case .relu: return add(.where, add(.greater, a, .constant(0)), g, .constant(0))
    case .sigmoid: return times(g, times(y, add(.subtract, one, y)))
    case .real, .conj: return g
    case .erf, .erfc, .erfinv, .gamma, .lgamma, .digamma, .ndtr, .ndtri:
      return probability(step.operation, a, y, g)
    case .besselJ0, .besselJ1, .besselY0, .besselY1, .besselI0, .besselI1, .besselI0e, .besselI1e:
      return bessel(step.operation, a, y, g)
    case .signbit, .logAddExp, .copysign, .nextAfter, .shiftLeft, .shiftRight, .polygamma:
      return nil
    case .invert, .sign, .floor, .ceil, .round, .trunc, .isnan, .isinf, .isfinite, .imag:
      return nil
    case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .equal, .notEqual,
      .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor, .maximum, .minimum, .atan2,
      .hypot, .where, .clip:
      return nil
    }
  }

  private mutating func binary(
    _ step: FusedExpression.Step, _ index: Int, _ place: Int, _ g: Term
  ) -> Term? {
    let isFirst = place == 0
    let (a, b, y) = (value(step.a), value(step.b), value(original.leafCount + index))
    switch step.operation {
    case .add: return g
    case .subtract: return isFirst ? g : negated(g)
    case .multiply: return times(g, isFirst ? b : a)
    case .divide:
      return isFirst ? add(.divide, g, b) : negated(add(.divide, times(g, y), b))
    case .remainder: return isFirst ? g : negated(times(g, add(.floorDivide, a, b)))
    case .power: return isFirst ? baseOfPower(a, b, g) : exponentOfPower(a, y, g)
    case .maximum, .minimum:
      // Where both are equal each has half.
      let wins = add(
        step.operation == .maximum ? .greater : .less, isFirst ? a : b, isFirst ? b : a)
      let half = add(.where, add(.equal, a, b), times(g, .constant(0.5)), .constant(0))
      return add(.where, wins, g, half)
    case .atan2:
      let squared = add(.add, add(.square, a), add(.square, b))
      return isFirst
        ? add(.divide, times(g, b), squared) : negated(add(.divide, times(g, a), squared))
    case .hypot: return add(.divide, times(g, isFirst ? a : b), y)
    case .logAddExp:
      return times(g, add(.exp, add(.subtract, isFirst ? a : b, y)))
    case .copysign:
      return isFirst ? times(g, times(add(.sign, a), add(.copysign, .constant(1), b))) : nil
    case .polygamma:
      return isFirst ? nil : times(g, add(.polygamma, add(.add, a, .constant(1)), b))
    case .floorDivide, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or,
      .xor, .nextAfter, .shiftLeft, .shiftRight:
      return nil
    case .signbit, .erf, .erfc, .erfinv, .gamma, .lgamma, .digamma, .ndtr, .ndtri, .besselJ0,
      .besselJ1, .besselY0, .besselY1, .besselI0, .besselI1, .besselI0e, .besselI1e:
      return nil
    case .negate, .invert, .abs, .sign, .sqrt, .exp, .expm1, .log, .log2, .log10, .log1p, .sin,
      .cos, .tan, .asin, .acos, .atan, .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .floor, .ceil,
      .round, .trunc, .square, .reciprocal, .isnan, .isinf, .isfinite, .relu, .sigmoid, .real,
      .imag, .conj, .where, .clip:
      return nil
    }
  }

  /// `b · a^(b-1)`, and 0 where `b` is 0 whatever `a` is.
  private mutating func baseOfPower(_ a: Term, _ b: Term, _ g: Term) -> Term {
    let less = add(.power, a, add(.subtract, b, .constant(1)))
    return add(
      .where, add(.equal, b, .constant(0)), .constant(0), times(g, times(b, less)))
  }

  /// `y · log a`, and 0 where `a` is 0.
  private mutating func exponentOfPower(_ a: Term, _ y: Term, _ g: Term) -> Term {
    let isZero = add(.equal, a, .constant(0))
    let logarithm = add(.log, add(.where, isZero, .constant(1), a))
    return times(g, times(y, logarithm))
  }

  private mutating func probability(
    _ operation: ElementwiseOperation, _ a: Term, _ y: Term, _ g: Term
  ) -> Term? {
    let (twoBySqrtPi, sqrtTwoPi) = (1.1283791670955126, 2.5066282746310002)
    switch operation {
    case .erf: return times(g, times(.constant(twoBySqrtPi), bell(a)))
    case .erfc: return times(g, times(.constant(-twoBySqrtPi), bell(a)))
    case .erfinv: return add(.divide, g, times(.constant(twoBySqrtPi), bell(y)))
    case .ndtr:
      return add(
        .divide, times(g, bell(times(a, .constant(0.7071067811865476)))), .constant(sqrtTwoPi))
    case .ndtri:
      return times(
        g, add(.divide, .constant(sqrtTwoPi), bell(times(y, .constant(0.7071067811865476)))))
    case .gamma: return times(g, times(y, add(.digamma, a)))
    case .lgamma: return times(g, add(.digamma, a))
    case .digamma: return times(g, add(.polygamma, .constant(1), a))
    default: return nil
    }
  }

  /// exp(-x²)
  private mutating func bell(_ x: Term) -> Term { add(.exp, negated(add(.square, x))) }

  private mutating func bessel(
    _ operation: ElementwiseOperation, _ a: Term, _ y: Term, _ g: Term
  ) -> Term? {
    // y / a, whose limit at 0 is 1/2 for J₁ and I₁.
    let ratio = add(.where, add(.equal, a, .constant(0)), .constant(0.5), add(.divide, y, a))
    switch operation {
    case .besselJ0: return negated(times(g, add(.besselJ1, a)))
    case .besselJ1: return times(g, add(.subtract, add(.besselJ0, a), ratio))
    case .besselY0: return negated(times(g, add(.besselY1, a)))
    case .besselY1: return times(g, add(.subtract, add(.besselY0, a), add(.divide, y, a)))
    case .besselI0: return times(g, add(.besselI1, a))
    case .besselI1: return times(g, add(.subtract, add(.besselI0, a), ratio))
    case .besselI0e:
      return times(g, add(.subtract, add(.besselI1e, a), times(add(.sign, a), y)))
    case .besselI1e:
      let slope = add(.subtract, add(.besselI0e, a), ratio)
      return times(g, add(.subtract, slope, times(add(.sign, a), y)))
    default: return nil
    }
  }

  private mutating func ternary(_ step: FusedExpression.Step, _ place: Int, _ g: Term) -> Term? {
    let (a, b, c) = (value(step.a), value(step.b), value(step.c))
    let zero = Term.constant(0)
    if step.operation == .where {
      if place == 0 { return nil }
      return place == 1 ? add(.where, a, g, zero) : add(.where, a, zero, g)
    }
    // `clip(a, b, c)`: the value counts on the bounds too.
    switch place {
    case 0:
      let isInside = add(.and, add(.greaterOrEqual, a, b), add(.lessOrEqual, a, c))
      return add(.where, isInside, g, zero)
    case 1: return add(.where, add(.less, a, b), g, zero)
    default: return add(.where, add(.greater, a, c), g, zero)
    }
  }

  // MARK: - The expression

  /// The expression whose value is `term`, without the steps it does not need.
  private mutating func finished(_ term: Term) -> FusedDerivative {
    let root: Term = if case .step = term { term } else { add(.multiply, term, .constant(1)) }
    var order: [Int] = []
    var isNeeded = [Bool](repeating: false, count: steps.count)
    if case .step(let last) = root { isNeeded[last] = true }
    for index in steps.indices.reversed() where isNeeded[index] {
      for case .step(let operand) in steps[index].operands { isNeeded[operand] = true }
    }
    var place: [Int: Int] = [:]
    // The root last: its value is the expression's.
    for index in steps.indices where isNeeded[index] && Term.step(index) != root {
      place[index] = order.count
      order.append(index)
    }
    if case .step(let last) = root {
      place[last] = order.count
      order.append(last)
    }
    let needed = order.flatMap { steps[$0].operands }
    for case .constant(let number) in needed where !constants.contains(number) {
      constants.append(number)
    }
    let leafCount = original.leafCount + 2 + constants.count
    func number(_ term: Term) -> Int {
      switch term {
      case .leaf(let number): number
      case .constant(let value):
        original.leafCount + 2 + (constants.firstIndex(of: value) ?? 0)
      case .step(let index): leafCount + (place[index] ?? 0)
      }
    }
    let numbered = order.map { index -> FusedExpression.Step in
      let operands = steps[index].operands.map(number)
      return FusedExpression.Step(
        steps[index].operation, operands[0], operands.count > 1 ? operands[1] : 0,
        operands.count > 2 ? operands[2] : 0)
    }
    let isRead = { (leaf: Int) in needed.contains(.leaf(leaf)) }
    return FusedDerivative(
      FusedExpression(leafCount: leafCount, steps: numbered),
      constants: constants.map {
        $0 == $0.rounded() && abs($0) < 1e15 ? .int(Int($0)) : .float($0)
      },
      readsLeaf: (0..<original.leafCount).map(isRead),
      readsResult: isRead(original.leafCount + 1))
  }
}
