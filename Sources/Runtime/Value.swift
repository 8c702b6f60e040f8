package import Diagnostics
package import TensorCore
package import TensorOps

/// A value of the language as native code sees it. Immutable and shareable; inside the machine
/// values live in unboxed
/// registers (`CMachine`), and `Value+Cell.swift` converts.
package enum Value: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case complex(Complex)
  case string(String)
  case tensor(Tensor)
  case tuple(TupleValue)
  case record(RecordValue)
  case map(MapValue)
  case range(RangeValue)
  /// A closure, a builtin or a method bound to nothing: what can be called.
  case function(FunctionValue)
  /// A standard or user module.
  case module(ModuleValue)
  /// A value whose type belongs to a kit: a Figure, a Key.
  case external(any ExternalValue)
  /// A number or tensor under differentiation. Seen only while `grad` and its like run a function.
  case traced(Trace)
}

/// A half-open run of Ints: `start, start + step, …` while before `end`.
package struct RangeValue: Sendable, Hashable {
  package let start: Int
  package let end: Int
  /// Never 0.
  package let step: Int

  package init(start: Int, end: Int, step: Int) {
    self.start = start
    self.end = end
    self.step = step
  }

  /// The number of elements; `Int.max` when there are more.
  package var count: Int {
    guard step > 0 ? end > start : start > end else { return 0 }
    // The extent fits unsigned even when it does not fit signed.
    let extent = step > 0 ? UInt(bitPattern: end &- start) : UInt(bitPattern: start &- end)
    return Int(clamping: (extent - 1) / step.magnitude + 1)
  }
}

/// A type that a kit adds to the language.
package protocol ExternalValue: Sendable {
  /// As `type_of` and messages name it: `Figure`.
  var typeName: String { get }

  /// One line, as inside a tuple: `Figure(2 layers)`.
  var summary: String { get }

  /// - Throws: a Diagnostic without location (the session adds it), for example when gnuplot is
  ///   missing.
  func display(_ request: DisplayRequest) throws(Diagnostic) -> DisplayItem

  /// What `==` says. Unless a type knows better, two values are never equal.
  func isEqual(to other: any ExternalValue) -> Bool
}

extension ExternalValue {
  package func isEqual(to other: any ExternalValue) -> Bool { false }
}
