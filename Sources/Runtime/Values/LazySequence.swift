package import Diagnostics
internal import TensorCore

/// Elements that are made one by one as a loop asks for them: `lazy`, `progress`. Nothing is kept;
/// a second loop makes them again.
package final class LazySequence: ExternalValue {
  package let count: Int
  /// Makes the element at a position below `count`; `count` itself is asked for once, when a loop
  /// has seen all, and its answer is dropped.
  let element: @Sendable (Int, any CallHost) throws(CallFailure) -> Value
  private let name: String
  private let hearsEnd: Bool

  /// - Parameter hearsEnd: whether `element` is also told of the end.
  init(
    _ name: String, count: Int, hearsEnd: Bool = false,
    _ element: @escaping @Sendable (Int, any CallHost) throws(CallFailure) -> Value
  ) {
    self.name = name
    self.count = count
    self.hearsEnd = hearsEnd
    self.element = element
  }

  /// The element at `position` for a loop; nil at the end.
  func next(_ position: Int, _ host: any CallHost) throws(CallFailure) -> Value? {
    if position < count { return try element(position, host) }
    if hearsEnd { _ = try element(count, host) }
    return nil
  }

  /// All elements.
  ///
  /// - Throws: `outOfMemory` beyond `ElementList.longestList`, what making an element throws.
  func values(_ host: any CallHost) throws(CallFailure) -> [Value] {
    guard count <= ElementList.longestList else { throw .tensor(.outOfMemory(bytes: .max)) }
    var result: [Value] = []
    var position = 0
    while let value = try next(position, host) {
      if position & 0xfff == 0xfff { try host.checkInterrupt() }
      result.append(value)
      position += 1
    }
    return result
  }

  package var typeName: String { "Sequence" }

  package var summary: String { "\(name)(\(count) element\(count == 1 ? "" : "s"))" }

  package func display(_ request: DisplayRequest) throws(Diagnostic) -> DisplayItem {
    DisplayItem([.init(text: summary)])
  }
}

extension Value {
  /// The sequence that a loop takes element by element.
  var lazySequence: LazySequence? {
    guard case .external(let external) = self else { return nil }
    return external as? LazySequence
  }
}
