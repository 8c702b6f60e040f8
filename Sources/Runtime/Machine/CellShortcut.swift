internal import CMachine

/// What a builtin does when its arguments are of the common types, on cells alone: no values are
/// made. nil leaves the call
/// to the builtin itself, whose answer is the same.
typealias CellShortcut = @Sendable (UnsafeMutablePointer<lm_cell>) -> lm_cell?

enum CellShortcuts {
  /// By builtin name.
  static let all: [String: CellShortcut] = [
    "join": { arguments in
      guard arguments[0].tag == Cells.tupleTag, arguments[1].tag == Cells.stringTag,
        let joined = lm_string_join(
          arguments[0].tuple, arguments[1].string, Int64(Value.longestText))
      else { return nil }
      return Cells.owning(Cells.stringTag, joined)
    },
    "split": { arguments in
      guard arguments[0].tag == Cells.stringTag, arguments[1].tag == Cells.stringTag,
        arguments[1].string.pointee.length > 0, arguments[2].tag == Cells.unboundTag,
        let parts = lm_string_split(arguments[0].string, arguments[1].string, .max)
      else { return nil }
      return Cells.owning(Cells.tupleTag, parts)
    },
  ]

  /// By builtin number.
  static func table(for library: Library) -> [CellShortcut?] {
    var table = [CellShortcut?](repeating: nil, count: library.builtins.count)
    for (name, shortcut) in all {
      if let number = library.numbers[name] { table[number] = shortcut }
    }
    return table
  }
}
