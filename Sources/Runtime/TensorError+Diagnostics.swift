package import Diagnostics
package import TensorCore

// The sentences of tensor errors. What was called and where its operands stand comes from the
// caller: an error inside
// `x @ y` is told about `@` and marks both sides, one inside `reshape(x, 3)` about `reshape`.

extension TensorError {
  /// The error as a user reads it.
  ///
  /// - Parameters:
  ///   - operation: what the user wrote: `@`, `+`, `reshape`, `x[…]`.
  ///   - location: the operator or the call.
  ///   - operands: where the operands or arguments stand, in order, as far as they are known. An
  ///     error about two tensors
  ///     labels them when there are two.
  package func diagnostic(
    operation: String, at location: Location? = nil, operands: [Location] = []
  ) -> Diagnostic {
    var diagnostic = Diagnostic(code, message(operation), at: location, hint: hint)
    let notes = operandNotes
    if operands.count == 2, notes.count == 2 {
      diagnostic.labels = zip(operands, notes).map { Diagnostic.Label($0, $1) }
    } else {
      diagnostic.note = note
    }
    return diagnostic
  }

  /// The code a user may look up.
  package var code: DiagnosticCode {
    switch self {
    case .contraction: .contraction
    case .broadcast: .broadcast
    case .indexOutOfRange: .indexOutOfRange
    case .axisOutOfRange, .duplicateAxis: .axisOutOfRange
    case .tooManyIndices: .tooManyIndices
    case .maskShape, .assignment, .wrongRank, .shapeMismatch: .shapeMismatch
    case .indexDType, .unsupportedDType: .unsupportedDType
    case .reshape: .reshape
    case .unequalElements: .unequalElements
    case .emptyReduction: .emptyReduction
    case .rankTooHigh: .rankTooHigh
    case .notSquare, .singularMatrix, .notPositiveDefinite, .notConverged: .linearAlgebra
    case .argument: .argumentValue
    case .valueOutOfRange: .valueOutOfRange
    case .noDerivative: .noDerivative
    case .callback: .internalError
    case .integerOverflow: .integerOverflow
    case .divisionByZero: .divisionByZero
    case .outOfMemory: .outOfMemory
    case .missingLibrary: .missingLibrary
    case .interrupted: .interrupted
    }
  }

  // MARK: - Sentences

  private func message(_ operation: String) -> String {
    switch self {
    case .contraction(let lhs, let rhs), .broadcast(let lhs, let rhs, _):
      return "shapes do not fit in `\(operation)`: \(lhs) and \(rhs)"
    case .indexOutOfRange(let index, let axis, let size, let shape):
      return "index \(index) is outside axis \(axis) of size \(size), in shape \(shape)"
    case .axisOutOfRange(let axis, let rank):
      return "`\(operation)`: there is no axis \(axis) in \(TensorError.axes(rank))"
    case .duplicateAxis(let axis): return "`\(operation)`: axis \(axis) is named twice"
    case .tooManyIndices(let given, let shape):
      return "\(given) indices for \(TensorError.axes(shape.rank)), shape \(shape)"
    case .maskShape(let mask, let shape):
      return "a mask of shape \(mask) does not fit a tensor of shape \(shape)"
    case .indexDType(let dtype):
      return "an index has the dtype \(dtype.name), integers or bools are wanted"
    case .assignment(let value, let selection):
      return "a value of shape \(value) does not fit the selected part of shape \(selection)"
    case .unsupportedDType(let name, let dtype):
      return "`\(TensorError.spelling(name))` is not defined for \(dtype.name)"
    case .reshape(let from, let to): return TensorError.reshapeMessage(operation, from, to)
    case .unequalElements(let firstIndex, let first, let secondIndex, let second):
      return
        "elements differ: element \(firstIndex) is \(first), element \(secondIndex) is \(second)"
    case .emptyReduction(let name, let shape):
      return "`\(TensorError.spelling(name))` of no elements has no value: shape \(shape)"
    case .rankTooHigh(let rank):
      return "\(rank) axes are more than a tensor can have (\(Shape.maxRank))"
    case .wrongRank(let name, let expected, let shape):
      return
        "`\(TensorError.spelling(name))` takes a tensor of rank \(expected), not \(shape.rank): shape \(shape)"
    case .shapeMismatch(let name, let what, let lhs, let rhs):
      return "`\(TensorError.spelling(name))`: \(what): \(lhs) and \(rhs)"
    case .notSquare(let name, let shape):
      return "`\(TensorError.spelling(name))` takes square matrices, not shape \(shape)"
    case .singularMatrix(let name):
      return "`\(TensorError.spelling(name))`: the matrix is singular"
    case .notPositiveDefinite(let minor):
      return
        "`\(operation)`: the matrix is not positive definite; its leading \(minor) by \(minor) part is not"
    case .notConverged(let name):
      return "`\(TensorError.spelling(name))` did not converge"
    case .argument(let name, let parameter, let value, let requirement):
      return
        "`\(TensorError.spelling(name))`: `\(parameter)` is \(value), it must be \(requirement)"
    case .valueOutOfRange(let value, let dtype): return "\(value) does not fit in \(dtype.name)"
    case .integerOverflow(let name):
      return "`\(TensorError.spelling(name))`: an integer result does not fit its dtype"
    case .divisionByZero(let name):
      return "`\(TensorError.spelling(name))` divides integers by zero"
    case .missingLibrary(let package):
      return "`\(operation)` needs a library of the package \(package), which is not installed"
    case .noDerivative(let name):
      return "`\(TensorError.spelling(name))` cannot be differentiated"
    case .callback(let error): return "`\(operation)`: \(error)"
    case .outOfMemory(let bytes):
      return bytes == .max
        ? "`\(operation)` asks for more memory than any machine has"
        : "`\(operation)` needs \(TensorError.size(bytes)), more than is left"
    case .interrupted: return "interrupted"
    }
  }

  /// The remark at the operator, index or call.
  private var note: String {
    switch self {
    case .broadcast(let lhs, let rhs, let axisFromEnd):
      guard axisFromEnd > 0, axisFromEnd <= min(lhs.shape.rank, rhs.shape.rank) else { return "" }
      let a = lhs.shape[lhs.shape.rank - axisFromEnd]
      let b = rhs.shape[rhs.shape.rank - axisFromEnd]
      let place = axisFromEnd == 1 ? "the last axes are" : "axes -\(axisFromEnd) are"
      return "\(place) \(a) and \(b)"
    case .reshape(let from, let to):
      guard !to.contains(-1), let wanted = TensorError.product(to) else { return "" }
      return "\(from.count) elements, \(wanted) places"
    case .contraction, .indexOutOfRange, .axisOutOfRange, .duplicateAxis, .tooManyIndices,
      .maskShape, .indexDType, .assignment, .unsupportedDType, .unequalElements, .emptyReduction,
      .rankTooHigh, .wrongRank, .shapeMismatch, .notSquare, .singularMatrix, .notPositiveDefinite,
      .notConverged, .argument, .valueOutOfRange, .integerOverflow, .divisionByZero, .outOfMemory,
      .missingLibrary, .noDerivative, .callback, .interrupted:
      return ""
    }
  }

  /// The remarks at the two operands; empty when the error is not about two.
  private var operandNotes: [String] {
    switch self {
    case .contraction(let lhs, let rhs):
      guard lhs.shape.rank > 0, rhs.shape.rank > 0 else {
        return [lhs.description, rhs.description].map {
          $0.hasSuffix("[]") ? $0 + ": has no axes" : $0
        }
      }
      let last = lhs.shape[lhs.shape.rank - 1]
      let first = rhs.shape[max(rhs.shape.rank - 2, 0)]
      let whose = rhs.shape.rank > 2 ? "second to last" : "first"
      return [
        "\(lhs): its last axis is \(last), the other's \(whose) is \(first)", rhs.description,
      ]
    case .broadcast(let lhs, let rhs, let axisFromEnd):
      guard axisFromEnd > 0, axisFromEnd <= min(lhs.shape.rank, rhs.shape.rank) else {
        return [lhs.description, rhs.description]
      }
      let a = lhs.shape[lhs.shape.rank - axisFromEnd]
      let b = rhs.shape[rhs.shape.rank - axisFromEnd]
      let axis = axisFromEnd == 1 ? "last axis" : "axis -\(axisFromEnd)"
      return ["\(lhs): its \(axis) is \(a), the other's is \(b)", rhs.description]
    case .shapeMismatch(_, _, let lhs, let rhs):
      return [lhs.description, rhs.description].map { "shape " + $0 }
    case .indexOutOfRange, .axisOutOfRange, .duplicateAxis, .tooManyIndices, .maskShape,
      .indexDType, .assignment, .unsupportedDType, .reshape, .unequalElements, .emptyReduction,
      .rankTooHigh, .wrongRank, .notSquare, .singularMatrix, .notPositiveDefinite, .notConverged,
      .argument, .valueOutOfRange, .integerOverflow, .divisionByZero, .outOfMemory,
      .missingLibrary, .noDerivative, .callback, .interrupted:
      return []
    }
  }

  private var hint: String? {
    switch self {
    case .contraction(let lhs, let rhs):
      return TensorError.contractionHint(lhs.shape, rhs.shape)
    case .broadcast(let lhs, let rhs, _):
      return TensorError.broadcastHint(lhs.shape, rhs.shape)
    case .indexOutOfRange(_, _, let size, _):
      return size == 0
        ? "the axis has no elements"
        : "indices go from 0 to \(size - 1), or from -1 back to -\(size)"
    case .axisOutOfRange(_, let rank):
      return rank == 0
        ? "a tensor of rank 0 has no axes"
        : "axes go from 0 to \(rank - 1), or from -1 back to -\(rank)"
    case .maskShape: return "a mask has the shape of the axes it selects from"
    case .indexDType(let dtype) where dtype.kind == .float:
      return "`int(i)` makes integers of Floats"
    case .unsupportedDType(_, .bf16): return "`f32(x)` holds the same numbers"
    case .unsupportedDType(_, .bool): return "`i64(x)` or `f64(x)` makes numbers of bools"
    case .unsupportedDType(_, let dtype) where dtype.kind == .integer:
      return "`f64(x)` makes Floats of integers"
    case .unsupportedDType(_, let dtype) where dtype.kind == .complex:
      return "`real(x)`, `imag(x)` and `abs(x)` give real numbers"
    case .reshape(_, let to) where !to.contains(-1):
      return "one size may be -1: it is then worked out"
    case .singularMatrix: return "`linalg.lstsq` finds the nearest solution of a singular system"
    case .valueOutOfRange(_, let dtype): return TensorError.rangeHint(dtype)
    case .noDerivative:
      return
        "`stop_gradient(x)` lets a value through as a constant; `custom_vjp` gives a derivative"
    case .integerOverflow: return "`f64(x)` computes with Floats, which go further"
    case .outOfMemory:
      return "smaller tensors or a narrower dtype such as f32 take less"
    case .missingLibrary(let package): return "sudo apt-get install \(package)"
    case .indexDType, .unsupportedDType, .reshape, .duplicateAxis, .tooManyIndices, .assignment,
      .unequalElements, .emptyReduction, .rankTooHigh, .wrongRank, .shapeMismatch, .notSquare,
      .notPositiveDefinite, .notConverged, .argument, .divisionByZero, .callback,
      .interrupted:
      return nil
    }
  }

  // MARK: - Parts of sentences

  private static func axes(_ rank: Int) -> String {
    switch rank {
    case 0: "a tensor without axes"
    case 1: "a tensor of 1 axis"
    case _: "a tensor of \(rank) axes"
    }
  }

  /// How a user writes an elementwise operation that has an operator.
  private static func spelling(_ operation: String) -> String {
    switch operation {
    case "add": "+"
    case "subtract": "-"
    case "multiply": "*"
    case "divide": "/"
    case "floorDivide": "//"
    case "remainder": "%"
    case "power": "^"
    case "equal": "=="
    case "notEqual": "!="
    case "less": "<"
    case "lessOrEqual": "<="
    case "greater": ">"
    case "greaterOrEqual": ">="
    case "and": "&"
    case "or": "|"
    case "negate": "-"
    case "invert": "!"
    case "matmul": "@"
    case _: operation
    }
  }

  private static func reshapeMessage(_ operation: String, _ from: Shape, _ to: [Int]) -> String {
    let target = "[" + to.map(String.init).joined(separator: ", ") + "]"
    if to.filter({ $0 == -1 }).count > 1 {
      return "`\(operation)` to \(target): only one size may be -1"
    }
    if let negative = to.first(where: { $0 < -1 }) {
      return "`\(operation)` to \(target): a size cannot be \(negative)"
    }
    return "`\(operation)`: shape \(from) does not fit \(target)"
  }

  /// nil when it does not fit in an Int.
  private static func product(_ sizes: [Int]) -> Int? {
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      product = next
    }
    return product
  }

  private static func contractionHint(_ lhs: Shape, _ rhs: Shape) -> String? {
    guard lhs.rank > 0, rhs.rank > 0 else { return "`*` multiplies by a number" }
    let last = lhs[lhs.rank - 1]
    if rhs.rank >= 2, rhs[rhs.rank - 1] == last {
      return "the second, transposed (`x'`), would fit"
    }
    if lhs.rank >= 2, lhs[lhs.rank - 2] == rhs[max(rhs.rank - 2, 0)] {
      return "the first, transposed (`x'`), would fit"
    }
    return nil
  }

  private static func broadcastHint(_ lhs: Shape, _ rhs: Shape) -> String? {
    if lhs.rank == 1, rhs.rank > 1, (0..<rhs.rank).contains(where: { rhs[$0] == lhs[0] }) {
      return "axes are matched from the last; `x[:, new]` adds one at the end"
    }
    if rhs.rank == 1, lhs.rank > 1, (0..<lhs.rank).contains(where: { lhs[$0] == rhs[0] }) {
      return "axes are matched from the last; `x[:, new]` adds one at the end"
    }
    return nil
  }

  private static func rangeHint(_ dtype: DType) -> String? {
    switch dtype {
    case .u8: "u8 holds 0 to 255"
    case .i8: "i8 holds -128 to 127"
    case .i32: "i32 holds -2147483648 to 2147483647"
    case .i64: "i64 holds whole numbers up to 9223372036854775807"
    case .bool, .bf16, .f32, .f64, .c64, .c128: nil
    }
  }

  /// `1.5 GB`; counted in thousands.
  private static func size(_ bytes: Int) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    var amount = Double(bytes)
    var unit = 0
    while amount >= 1000, unit < units.count - 1 {
      amount /= 1000
      unit += 1
    }
    if unit == 0 { return "\(bytes) bytes" }
    let tenths = Int((amount * 10).rounded())
    return tenths % 10 == 0
      ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
