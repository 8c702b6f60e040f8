/// The element types. The raw value is shared with the kernels (`CKernels`) and the machine
/// (`CMachine`).
///
/// `bf16`, the upper half of an f32, is for storage: arithmetic on it is done in f32 and rounded at
/// the end of an expression.
package enum DType: UInt8, CaseIterable, Sendable {
  case bool = 0
  case u8 = 1
  case i8 = 2
  case i32 = 3
  case i64 = 4
  case f32 = 5
  case f64 = 6
  case c64 = 7
  case c128 = 8
  case bf16 = 9

  /// As written in the language: `f32`.
  package var name: String {
    switch self {
    case .bool: "bool"
    case .u8: "u8"
    case .i8: "i8"
    case .i32: "i32"
    case .i64: "i64"
    case .f32: "f32"
    case .f64: "f64"
    case .c64: "c64"
    case .c128: "c128"
    case .bf16: "bf16"
    }
  }

  /// Bytes an element.
  package var size: Int {
    switch self {
    case .bool, .u8, .i8: 1
    case .bf16: 2
    case .i32, .f32: 4
    case .i64, .f64, .c64: 8
    case .c128: 16
    }
  }

  package enum Kind: Int, Comparable, Sendable {
    case bool, integer, float, complex

    package static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
  }

  package var kind: Kind {
    switch self {
    case .bool: .bool
    case .u8, .i8, .i32, .i64: .integer
    case .bf16, .f32, .f64: .float
    case .c64, .c128: .complex
    }
  }

  package init?(name: String) {
    guard let found = DType.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
