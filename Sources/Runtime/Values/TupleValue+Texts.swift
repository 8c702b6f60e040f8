internal import CMachine

// Tuples of many texts, put together and taken apart without a Swift String for each.

extension TupleValue {
  /// The bytes of the elements with the separator between them; nil when an element is no Str.
  func joinedByteCount(separator: String) -> Int? {
    guard count > 0 else { return 0 }
    var total = (count - 1) * separator.utf8.count
    for cell in cells {
      guard cell.tag == Cells.stringTag else { return nil }
      total += Int(cell.string.pointee.length)
    }
    return total
  }

  /// The texts with the separator between them.
  ///
  /// - Precondition: `joinedByteCount` is not nil.
  func joined(separator: String) -> String {
    let separator = Cells.string(separator)
    defer { lm_release(separator) }
    let joined = Memory.required(
      lm_string_join(reference.cast(to: lm_tuple.self), separator.string, .max))
    defer { lm_release_object(Cells.object(joined)) }
    return Cells.text(of: joined)
  }

  /// The stretches of a text between separators, found from the left; at most `limit` cuts.
  ///
  /// - Precondition: the separator is not empty.
  init(text: String, splitAt separator: String, limit: Int) {
    let (text, separator) = (Cells.string(text), Cells.string(separator))
    defer {
      lm_release(text)
      lm_release(separator)
    }
    let parts = Memory.required(lm_string_split(text.string, separator.string, Int64(limit)))
    self.init(reference: ObjectReference(owning: Cells.object(parts)))
  }

  private var cells: UnsafeBufferPointer<lm_cell> {
    let tuple = reference.cast(to: lm_tuple.self)
    return UnsafeBufferPointer(start: Cells.items(of: tuple), count: Int(tuple.pointee.count))
  }
}
