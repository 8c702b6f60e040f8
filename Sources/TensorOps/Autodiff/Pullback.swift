package import TensorCore

/// One step back through an operation: the cotangents of its results are known, those of its
/// operands are wanted.
///
/// A rule is written in `Variable`s (`Variable+Operations.swift` has what they can do), so that it
/// can be differentiated itself. What it returns need not have the operand's exact shape: it is
/// summed over the axes that the operand was broadcast along, and converted to its dtype.
package struct Pullback: Sendable {
  /// For each operand its cotangent; nil for none. Only those with `isWanted` are looked at.
  package typealias Rule = @Sendable (Pullback) throws(TensorError) -> [Variable?]

  /// The operands as they were, of the levels below. Of a rule that keeps shapes only
  /// (`Primitive.Keeping.shapes`): right in shape and dtype, with no meaningful elements.
  package let operands: [Variable]
  package let isWanted: [Bool]
  /// As `operands`.
  package let results: [Variable]
  /// Of each result; nil when nothing depends on it.
  package let cotangents: [Variable?]

  /// The cotangent of the only result.
  package var cotangent: Variable {
    guard let first = cotangents[0] else {
      preconditionFailure("a step without any cotangent is passed over")
    }
    return first
  }

  /// The cotangent of a result, of zeros when nothing depends on it.
  package func cotangentOrZeros(_ index: Int) throws(TensorError) -> Variable {
    if let cotangent = cotangents[index] { return cotangent }
    return Variable(try Tensor.zeros(results[index].shape, results[index].dtype))
  }
}

/// How an operation of the table is differentiated.
package enum Derivative: Sendable {
  /// Not at all: under differentiation the operation is an error that says so.
  case none
  /// Its results do not change with small changes of the operands: positions, truths, roundings,
  /// shapes.
  case constant
  /// As the one step of a fused expression that the operation is.
  case elementwise
  /// By a rule.
  case rule(
    keeping: Primitive.Keeping = .values,
    @Sendable (OperationPullback) throws(TensorError) -> [Variable?])
  /// By what it is made of: the same result computed in `Variable`s. For operations that are short
  /// sums of others.
  case composed(@Sendable (VariableArguments) throws(TensorError) -> VariableResult)
}

/// A `Pullback` of an operation of the table: with its arguments. The operands are the arguments
/// that are numbers or tensors, in order, those of a tuple one after the other.
package struct OperationPullback: Sendable {
  package let pullback: Pullback
  package let arguments: VariableArguments

  package var operands: [Variable] { pullback.operands }
  package var isWanted: [Bool] { pullback.isWanted }
  package var results: [Variable] { pullback.results }
  package var cotangents: [Variable?] { pullback.cotangents }
  package var cotangent: Variable { pullback.cotangent }
  package var result: Variable { pullback.results[0] }

  package func cotangentOrZeros(_ index: Int) throws(TensorError) -> Variable {
    try pullback.cotangentOrZeros(index)
  }

  /// The operand given for a parameter; nil when it was left out.
  package func operand(ofParameter index: Int) -> Variable? {
    arguments.firstOperand(ofParameter: index).map { pullback.operands[$0] }
  }

  package func isWanted(parameter index: Int) -> Bool {
    arguments.firstOperand(ofParameter: index).map { pullback.isWanted[$0] } ?? false
  }

  /// The rule's answer from cotangents by parameter.
  package func gradients(_ byParameter: [Int: Variable]) -> [Variable?] {
    var answer = [Variable?](repeating: nil, count: operands.count)
    for (parameter, cotangent) in byParameter {
      if let place = arguments.firstOperand(ofParameter: parameter) { answer[place] = cotangent }
    }
    return answer
  }
}
