/// What can be wrong with an operation on tensors: values, never sentences
/// (`Runtime/TensorError+Diagnostics.swift` writes those).
package enum TensorError: Error, Sendable {
  /// `a @ b`: the last axis of `a` is not the second to last of `b`; or rank 0.
  case contraction(lhs: Tensor.Description, rhs: Tensor.Description)
  /// Shapes that do not broadcast; `axis` counts from the end (1 is the last).
  case broadcast(lhs: Tensor.Description, rhs: Tensor.Description, axisFromEnd: Int)
  case indexOutOfRange(index: Int, axis: Int, size: Int, shape: Shape)
  case axisOutOfRange(axis: Int, rank: Int)
  case duplicateAxis(axis: Int)
  case tooManyIndices(given: Int, shape: Shape)
  case maskShape(mask: Shape, shape: Shape)
  /// An index of this dtype where integers or booleans are wanted.
  case indexDType(DType)
  /// `x[index] = value`: the value does not broadcast to the selection.
  case assignment(value: Shape, selection: Shape)
  /// The operation is not defined for the dtype: `sqrt` is not, for instance, `bitwise` on floats.
  case unsupportedDType(operation: String, dtype: DType)
  case reshape(from: Shape, to: [Int])
  /// Elements to stack or concatenate that differ: the two that differ, by position.
  case unequalElements(
    firstIndex: Int, first: Tensor.Description, secondIndex: Int, second: Tensor.Description)
  /// A reduction without identity (max, argmax…) over no elements.
  case emptyReduction(operation: String, shape: Shape)
  case rankTooHigh(rank: Int)
  case wrongRank(operation: String, expected: String, shape: Shape)
  /// Two shapes that must agree in a way that is not broadcasting: `what` names the requirement in
  /// a few words.
  case shapeMismatch(operation: String, what: String, lhs: Shape, rhs: Shape)
  case notSquare(operation: String, shape: Shape)
  case singularMatrix(operation: String)
  case notPositiveDefinite(minor: Int)
  case notConverged(operation: String)
  /// An argument whose value the operation cannot take: `requirement` says what would be right ("at
  /// least 0").
  case argument(operation: String, name: String, value: String, requirement: String)
  /// A number that the dtype cannot hold.
  case valueOutOfRange(value: String, dtype: DType)
  case integerOverflow(operation: String)
  case divisionByZero(operation: String)
  case outOfMemory(bytes: Int)
  /// A library of the system that the operation needs is not there.
  case missingLibrary(package: String)
  /// The operation cannot be differentiated.
  case noDerivative(operation: String)
  /// An error of code that was called back, as it was thrown there.
  case callback(any Error)
  case interrupted
}

extension Tensor {
  /// What a message says of a tensor: `f64[2, 3]`.
  package struct Description: Sendable, CustomStringConvertible {
    package let dtype: DType
    package let shape: Shape

    package init(dtype: DType, shape: Shape) {
      self.dtype = dtype
      self.shape = shape
    }

    package var description: String { dtype.name + shape.description }
  }

  package var summary: Description { Description(dtype: dtype, shape: shape) }
}
