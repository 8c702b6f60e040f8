internal import CMachine

/// Holds one count of a machine object for as long as Swift code has it.
final class ObjectReference: @unchecked Sendable {
  // Safe because the object is immutable while more than one holds it, and counts are atomic once
  // threads share objects.
  let pointer: UnsafeMutablePointer<lm_object>

  /// Takes over a count the caller owns.
  init(owning pointer: UnsafeMutablePointer<lm_object>) { self.pointer = pointer }

  /// Adds a count of its own.
  convenience init(retaining pointer: UnsafeMutablePointer<lm_object>) {
    lm_retain_object(pointer)
    self.init(owning: pointer)
  }

  deinit { lm_release_object(pointer) }

  func cast<Object>(to type: Object.Type) -> UnsafeMutablePointer<Object> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Object.self)
  }

  /// A new count of the object, as a cell.
  var retainedCell: lm_cell {
    lm_retain_object(pointer)
    var cell = lm_cell()
    cell.tag = UInt64(pointer.pointee.kind)
    cell.object = pointer
    return cell
  }
}

/// What a box object of the machine holds: a value whose type the machine does not know.
final class BoxedValue: Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
