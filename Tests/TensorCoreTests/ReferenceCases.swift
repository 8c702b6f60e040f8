import TensorCore
import TestSupport
import Testing

/// The cases of a file in `Tests/Reference`.
struct ReferenceCase: Sendable {
  let line: String
  let operation: String
  let arguments: [String]
  let results: [String]

  static func load(_ file: String) throws -> [ReferenceCase] {
    try ReferenceCase.text(file).split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let arrow = try #require(fields.firstIndex(of: "=>"))
      return ReferenceCase(
        line: String(line), operation: fields[0], arguments: Array(fields[1..<arrow]),
        results: Array(fields[(arrow + 1)...]))
    }
  }

  static func text(_ file: String) throws -> String { try ReferenceTensor.text(of: file) }

  func tensor(_ index: Int) throws -> Tensor { try ReferenceCase.tensor(arguments[index]) }
  func int(_ index: Int) throws -> Int { try #require(Int(arguments[index])) }
  func optionalInt(_ index: Int) -> Int? { Int(arguments[index]) }

  func ints(_ index: Int) throws -> [Int] {
    try arguments[index].split(separator: " ").map { try #require(Int($0)) }
  }

  /// `f64[2,3]:1,2,…`
  static func tensor(_ token: String) throws -> Tensor { try ReferenceTensor.read(token) }
}

/// The same elements with other strides: axes stored in reverse order, every second place of a
/// larger storage.
func scattered(_ tensor: Tensor) throws -> Tensor {
  guard tensor.rank > 0, tensor.rank < Shape.maxRank, tensor.count > 0 else { return tensor }
  let reversed = try tensor.transposed()
  let doubled = try Tensor.stacked([reversed, reversed], axis: reversed.rank)
  return try doubled.selecting(1, axis: doubled.rank - 1).transposed()
}

/// Whether two tensors have one dtype and shape, and elements within `atol + rtol · |expected|`;
/// NaN equals NaN.
func agree(_ found: Tensor, _ expected: Tensor, rtol: Double = 0, atol: Double = 0) throws -> Bool {
  guard found.dtype == expected.dtype, found.shape == expected.shape else { return false }
  func isNear(_ a: Double, _ b: Double) -> Bool {
    a == b || (a.isNaN && b.isNaN) || abs(a - b) <= atol + rtol * abs(b)
  }
  for index in 0..<found.count {
    switch (found.scalar(at: index), expected.scalar(at: index)) {
    case (.float(let a), .float(let b)): if !isNear(a, b) { return false }
    case (.complex(let a), .complex(let b)):
      let size = max(abs(b.real), abs(b.imaginary))
      let limit = atol + rtol * size
      let isClose = abs(a.real - b.real) <= limit && abs(a.imaginary - b.imaginary) <= limit
      let isSame = isNear(a.real, b.real) && isNear(a.imaginary, b.imaginary)
      if !isClose && !isSame { return false }
    case (let a, let b): if a != b { return false }
    }
  }
  return true
}
