package import Foundation
package import TensorCore

/// Tensors as the files of `Tests/Reference` write them: `f64[2,3]:1,2,…`, complex elements as two
/// numbers.
package enum ReferenceTensor {
  /// What the file says is no tensor.
  package struct Malformed: Error, CustomStringConvertible {
    package let description: String
  }

  /// - Throws: `Malformed`, or `TensorError` for a shape that does not fit the elements.
  package static func read(_ token: some StringProtocol) throws -> Tensor {
    let parts = token.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let head = parts[0].split(separator: "[", omittingEmptySubsequences: false)
    guard parts.count == 2, head.count == 2, let dtype = DType(name: String(head[0])) else {
      throw Malformed(description: "not a tensor: \(token.prefix(60))")
    }
    let shape = Shape(head[1].dropLast().split(separator: ",").map { Int($0) ?? -1 })
    let numbers = parts[1].split(separator: ",")
    switch dtype.kind {
    case .bool, .integer:
      return try Tensor(numbers.map { Int($0) ?? 0 }, shape: shape).cast(to: dtype)
    case .float:
      return try Tensor(numbers.map { Double(String($0)) ?? 0 }, shape: shape).cast(to: dtype)
    case .complex:
      let doubles = numbers.map { Double(String($0)) ?? 0 }
      let values = stride(from: 0, to: doubles.count, by: 2).map {
        Complex(doubles[$0], doubles[$0 + 1])
      }
      return try Tensor(values, shape: shape).cast(to: dtype)
    }
  }

  /// The text of a file in `Tests/Reference`.
  package static func text(of file: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
  }

  package static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Reference")
}

/// How far a result may be from what is expected.
package struct ReferenceTolerance: Sendable {
  package var relative = 0.0
  package var absolute = 0.0
  /// Relative to the largest finite element expected, not to each.
  package var isOfLargest = false

  package init(relative: Double = 0, absolute: Double = 0) {
    self.relative = relative
    self.absolute = absolute
  }

  /// `1e-9`, `1e-9/1e-12` (relative, absolute), `n1e-9` (of the largest); empty for that of the
  /// dtype: 1e-12, and 1e-6 of f32. nil when it is none of these.
  package init?(_ text: some StringProtocol, dtype: DType) {
    guard !text.isEmpty else {
      switch dtype {
      case .f32, .c64: relative = 1e-6
      case .f64, .c128: relative = 1e-12
      case .bool, .u8, .i8, .i32, .i64, .bf16: relative = 0
      }
      return
    }
    isOfLargest = text.hasPrefix("n")
    let parts = text.drop { $0 == "n" }.split(separator: "/").map { Double(String($0)) }
    guard let first = parts.first, let relative = first else { return nil }
    self.relative = relative
    if parts.count > 1 { absolute = parts[1] ?? 0 }
  }
}

/// The first element in which two tensors of one shape differ, with what it is and should be; NaN
/// equals NaN. nil when they agree.
package func difference(_ found: Tensor, _ expected: Tensor, _ tolerance: ReferenceTolerance)
  -> String?
{
  let pairs = (0..<min(found.count, expected.count)).map {
    (parts(found.scalar(at: $0)), parts(expected.scalar(at: $0)))
  }
  var absolute = tolerance.absolute
  if tolerance.isOfLargest {
    let sizes = pairs.flatMap { $0.1 }.map { abs($0) }.filter(\.isFinite)
    absolute = max(absolute, tolerance.relative * (sizes.max() ?? 0))
  }
  for (index, (a, b)) in pairs.enumerated() {
    // The parts of a complex number are as exact as the number.
    let size = b.map { abs($0) }.max() ?? 0
    let limit = absolute + (size.isFinite ? tolerance.relative * size : 0)
    for (x, y) in zip(a, b)
    where !(x == y || (x.isNaN && y.isNaN) || (x - y).magnitude <= limit) {
      return "element \(index) is \(found.scalar(at: index).text), not "
        + expected.scalar(at: index).text
    }
    // A large integer is not exact as a Double.
    if expected.dtype.kind <= .integer, found.scalar(at: index) != expected.scalar(at: index) {
      return "element \(index) is \(found.scalar(at: index).text), not "
        + expected.scalar(at: index).text
    }
  }
  return nil
}

private func parts(_ scalar: Scalar) -> [Double] {
  switch scalar {
  case .bool(let flag): [flag ? 1 : 0]
  case .int(let number): [Double(number)]
  case .float(let number): [number]
  case .complex(let number): [number.real, number.imaginary]
  }
}
