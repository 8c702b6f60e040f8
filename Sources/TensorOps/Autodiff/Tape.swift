internal import Synchronization
package import TensorCore

/// What reverse differentiation records: each operation in the order it was done, with how
/// cotangents go back through it.
package final class Tape: @unchecked Sendable {
  // Safe because a tape is written and read by the one thread that runs the function under
  // differentiation.

  package let level: Level
  private var entries: [Entry] = []
  private var slotCount = 0

  private struct Entry {
    /// nil: a value that differentiation begins with.
    let rule: Pullback.Rule?
    let operands: [Variable]
    /// The slots of the operands; -1 for what is not followed.
    let parents: [Int]
    let results: [Variable]
    let firstSlot: Int
    /// See `Primitive.selection`.
    let selection: [IndexComponent]?
  }

  private static let live = Atomic(0)

  /// Whether there is a tape, in any session: what runs then may be recorded, and must keep to its
  /// thread and order.
  package static var isAnyLive: Bool { live.load(ordering: .relaxed) > 0 }

  package init(level: Level) {
    self.level = level
    Tape.live.add(1, ordering: .relaxed)
  }

  deinit { Tape.live.subtract(1, ordering: .relaxed) }

  /// Begins to follow a value.
  package func follow(_ value: Variable) -> Variable {
    entries.append(
      Entry(
        rule: nil, operands: [], parents: [], results: [value], firstSlot: slotCount,
        selection: nil))
    slotCount += 1
    return traced(value, slot: slotCount - 1)
  }

  /// Notes an operation; its results as this level's values. What has no derivative (integers,
  /// truths) stays as it is. Of the results `kept` is kept.
  func record(
    _ rule: @escaping Pullback.Rule, operands: [Variable], parents: [Int], results: [Variable],
    kept: [Variable], selection: [IndexComponent]? = nil
  ) -> [Variable] {
    let first = slotCount
    entries.append(
      Entry(
        rule: rule, operands: operands, parents: parents, results: kept, firstSlot: first,
        selection: selection))
    slotCount += results.count
    if results.count == 1 { return [traced(results[0], slot: first)] }
    return results.enumerated().map { index, result in traced(result, slot: first + index) }
  }

  private func traced(_ value: Variable, slot: Int) -> Variable {
    guard value.isFloating else { return value }
    return .traced(Trace(level: level, primal: value, role: .recorded(self, slot: slot)))
  }

  /// The cotangents of `inputs`, given those of some results: sums over all ways that lead from the
  /// one to the other; nil where none does. Values of levels below this one.
  ///
  /// - Parameter consuming: frees what was kept for each operation once it has been gone through;
  ///   the tape is then of no further use.
  /// - Throws: `interrupted`, and what the rules throw.
  package func cotangents(
    of inputs: [Variable], from seeds: [(result: Variable, cotangent: Variable)], consuming: Bool
  ) throws(TensorError) -> [Variable?] {
    var slots = [Variable?](repeating: nil, count: slotCount)
    for (result, cotangent) in seeds {
      guard case .recorded(let tape, let slot) = result.role(at: level), tape === self else {
        continue
      }
      try Tape.add(try cotangent.fitted(to: result.below(level)), to: &slots[slot])
    }
    var position = entries.count - 1
    while position >= 0 {
      if Interruption.isRequested { throw .interrupted }
      try goBack(through: entries[position], &slots)
      if consuming, entries[position].rule != nil { entries.removeLast(entries.count - position) }
      position -= 1
    }
    return inputs.map { input in
      guard case .recorded(_, let slot) = input.role(at: level) else { return nil }
      return slots[slot]
    }
  }

  private func goBack(through entry: Entry, _ slots: inout [Variable?]) throws(TensorError) {
    guard let rule = entry.rule else { return }
    let own = entry.firstSlot..<(entry.firstSlot + entry.results.count)
    let cotangents = Array(slots[own])
    guard cotangents.contains(where: { $0 != nil }) else { return }
    for slot in own { slots[slot] = nil }
    if let selection = entry.selection, let cotangent = cotangents[0],
      try Tape.place(cotangent, at: selection, of: entry.operands[0], in: &slots[entry.parents[0]])
    {
      return
    }
    let parts = try rule(
      Pullback(
        operands: entry.operands, isWanted: entry.parents.map { $0 >= 0 }, results: entry.results,
        cotangents: cotangents))
    for (index, parent) in entry.parents.enumerated() where parent >= 0 {
      guard let part = parts[index] else { continue }
      try Tape.add(try part.fitted(to: entry.operands[index]), to: &slots[parent])
    }
  }

  /// Adds a cotangent to the places it belongs to, in one buffer for all selections of a value.
  ///
  /// - Returns: whether it was; not when a lower level follows what is added.
  private static func place(
    _ cotangent: Variable, at selection: [IndexComponent], of operand: Variable,
    in slot: inout Variable?
  ) throws(TensorError) -> Bool {
    guard case .plain(let values) = cotangent else { return false }
    var sum: Tensor
    if case nil = slot {
      sum = try Tensor.zeros(operand.shape, operand.dtype)
    } else {
      guard let present = Tape.takeTensor(from: &slot) else { return false }
      sum = consume present
    }
    // A view may show one element in many places.
    if !sum.isContiguous { sum = try sum.copy() }
    try sum.add(try Variable.plain(values).tensor(), at: selection)
    slot = Variable(sum)
    return true
  }

  /// Leaves nothing else that holds the tensor; nil, and everything as it was, for other values.
  private static func takeTensor(from slot: inout Variable?) -> Tensor? {
    guard case .plain(.tensor(let tensor)) = slot else { return nil }
    slot = nil
    return tensor
  }

  private static func add(_ part: Variable, to slot: inout Variable?) throws(TensorError) {
    guard let present = slot else {
      slot = part
      return
    }
    slot = nil
    slot = try present + part
  }
}
