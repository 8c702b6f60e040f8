internal import CMachine
internal import TensorCore

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

  /// A reduction of one tensor over all axes or one; what fails is left to the builtin, which says
  /// why. `max` and `min` take their operand as a tuple of one.
  private static func total(_ reduction: Reduction) -> CellShortcut {
    { arguments in
      var operand = arguments[0]
      if operand.tag == Cells.tupleTag, operand.tuple.pointee.count == 1 {
        operand = Cells.items(of: operand.tuple)[0]
      }
      let axis = arguments[1]
      guard operand.tag == Cells.tensorTag, arguments[2].tag == Cells.unboundTag,
        axis.tag == Cells.unboundTag || axis.tag == Cells.intTag
      else { return nil }
      let tensor = Cells.borrowedTensor(operand.tensor)
      do throws(TensorError) {
        let axes = axis.tag == Cells.intTag ? [Int(axis.i)] : nil
        return Cells.cell(of: try tensor.reduced(reduction, axes: axes).asValue)
      } catch {
        return nil
      }
    }
  }

  /// By builtin number.
  static func table(for library: Library) -> [CellShortcut?] {
    var table = [CellShortcut?](repeating: nil, count: library.builtins.count)
    for (name, shortcut) in all {
      if let number = library.numbers[name] { table[number] = shortcut }
    }
    // x, axis, keepdims
    for reduction in [Reduction.sum, .mean, .product, .max, .min] {
      if let number = library.numbers[reduction.name],
        library.builtins[number].signature.parameters.count == 3
      {
        table[number] = total(reduction)
      }
    }
    return table
  }
}
