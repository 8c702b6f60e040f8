package import TensorCore

/// A number or tensor that may be under differentiation: what derivatives are written in.
///
/// Differentiation nests (`grad(grad(f))`). Each use of it is a `Level`; a traced value of one level
/// holds a value of lower levels only, so the derivative rules of a level are themselves recorded by
/// the levels below.
package enum Variable: Sendable {
  /// Held by reference: a tensor's own description is large, and variables are passed around.
  indirect case plain(Operand)
  case traced(Trace)
}

/// A value that a level follows.
package final class Trace: Sendable {
  package let level: Level
  /// Of lower levels.
  package let primal: Variable
  package let role: Role

  package enum Role: Sendable {
    /// Reverse: its place on the tape.
    case recorded(Tape, slot: Int)
    /// Forward: how it changes, of the primal's shape.
    case dual(tangent: Variable)
  }

  package init(level: Level, primal: Variable, role: Role) {
    self.level = level
    self.primal = primal
    self.role = role
  }
}

/// One use of differentiation. A later one is higher.
package struct Level: Sendable, Comparable {
  private let number: Int

  /// A level above all others.
  package init() { number = Level.counter.next() }

  package static func < (a: Level, b: Level) -> Bool { a.number < b.number }

  private static let counter = LevelCounter()
}

extension Variable {
  package init(_ tensor: Tensor) { self = .plain(.tensor(tensor)) }

  package init(_ number: Double) { self = .plain(.scalar(.float(number))) }

  /// The highest level that follows it; nil when none does.
  package var level: Level? {
    if case .traced(let trace) = self { return trace.level }
    return nil
  }

  package var isTraced: Bool { level != nil }

  /// The number or tensor without any differentiation.
  package var value: Operand {
    var current = self
    while case .traced(let trace) = current { current = trace.primal }
    guard case .plain(let operand) = current else { preconditionFailure("traces end in a value") }
    return operand
  }

  /// The value as levels below `level` see it.
  package func below(_ level: Level) -> Variable {
    if case .traced(let trace) = self, trace.level >= level { return trace.primal.below(level) }
    return self
  }

  /// What a level knows of it; nil when the level does not follow it.
  package func role(at level: Level) -> Trace.Role? {
    if case .traced(let trace) = self, trace.level == level { return trace.role }
    return nil
  }

  package var isScalar: Bool {
    if case .scalar = value { return true }
    return false
  }

  /// Of a number: no axes.
  package var shape: Shape {
    switch value {
    case .tensor(let tensor): tensor.shape
    case .scalar: .scalar
    }
  }

  package var rank: Int { shape.rank }

  /// Of a number: the dtype it has by itself.
  package var dtype: DType {
    switch value {
    case .tensor(let tensor): tensor.dtype
    case .scalar(let scalar):
      switch scalar {
      case .bool: .bool
      case .int: .i64
      case .float: .f64
      case .complex: .c128
      }
    }
  }

  /// Whether small changes of it make sense.
  package var isFloating: Bool { dtype.kind == .float }

  /// The plain tensor; a number becomes rank 0.
  ///
  /// - Throws: `outOfMemory`.
  package func tensor() throws(TensorError) -> Tensor {
    switch value {
    case .tensor(let tensor): tensor
    case .scalar(let scalar): try Tensor(scalar: scalar)
    }
  }
}

extension Variable: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  package init(floatLiteral value: Double) { self.init(value) }

  package init(integerLiteral value: Int) { self = .plain(.scalar(.int(value))) }
}
