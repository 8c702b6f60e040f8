internal import CMachine
internal import Diagnostics
internal import TensorCore

// Shape contracts: `q: f32[heads, d]`. Names unify across one call; inside the body they are the
// sizes.
extension Machine {
  func check(_ contract: ContractDescriptor, _ cell: lm_cell) throws(MachineFailure) {
    let subject = contract.parameter.map { "`\($0)`" } ?? "the result"
    let value = Cells.borrowedValue(of: cell).primal
    let wanted = contractText(contract)
    if let dtype = contract.dtype {
      guard case .tensor(let tensor) = value, tensor.dtype == dtype else {
        throw .runtime(.contractType(subject: subject, wanted: wanted, found: value.summary))
      }
    } else if contract.type != "Any" {
      guard fits(value, contract.type) else {
        throw .runtime(.contractType(subject: subject, wanted: wanted, found: value.summary))
      }
    }
    guard let dimensions = contract.dimensions else { return }
    guard case .tensor(let tensor) = value else {
      throw .runtime(.contractType(subject: subject, wanted: wanted, found: value.summary))
    }
    try check(tensor.shape, dimensions, contract, subject, value.summary)
  }

  private func fits(_ value: Value, _ type: String) -> Bool {
    if value.typeName == type { return true }
    switch (value, type) {
    // A number where a Float is wanted may be an Int; a plain number is a tensor of rank 0.
    case (.int, "Float"): return true
    default: return false
    }
  }

  private func contractText(_ contract: ContractDescriptor) -> String {
    guard let dimensions = contract.dimensions else { return contract.type }
    let parts = dimensions.map { dimension in
      switch dimension {
      case .size(let size): "\(size)"
      case .name(let name, _): name
      case .any: "_"
      case .run: "..."
      }
    }
    return contract.type + "[" + parts.joined(separator: ", ") + "]"
  }

  private func check(
    _ shape: Shape, _ dimensions: [ContractDescriptor.Dimension], _ contract: ContractDescriptor,
    _ subject: String, _ found: String
  ) throws(MachineFailure) {
    let run = dimensions.firstIndex { dimension in
      if case .run = dimension { return true }
      return false
    }
    let fixed = dimensions.count - (run == nil ? 0 : 1)
    guard run == nil ? shape.rank == fixed : shape.rank >= fixed else {
      throw .runtime(.contractRank(subject: subject, wanted: contractText(contract), found: found))
    }
    for (index, dimension) in dimensions.enumerated() {
      let axis: Int
      if let run, index > run {
        axis = shape.rank - (dimensions.count - index)
      } else {
        axis = index
      }
      switch dimension {
      case .any, .run: continue
      case .size(let size):
        guard shape[axis] == size else {
          throw .runtime(
            .contractSize(subject: subject, axis: axis, wanted: size, found: shape[axis]))
        }
      case .name(let name, let number): try unify(name, number, shape[axis], subject, contract)
      }
    }
  }

  private func unify(
    _ name: String, _ number: Int, _ size: Int, _ subject: String, _ contract: ContractDescriptor
  ) throws(MachineFailure) {
    let cell = register(number).pointee
    guard cell.tag != Cells.unboundTag else {
      set(register(number), Cells.int(size))
      return
    }
    let known = Cells.value(of: cell)
    guard let bound = known.exactInt, bound != size else {
      if known.exactInt == size { return }
      throw .runtime(
        .contractType(subject: "`\(name)`", wanted: "a size", found: known.summary))
    }
    throw .runtime(
      .contractName(
        name: name, size: bound, binder: binder(of: name, before: contract), found: size,
        subject: subject))
  }

  /// The parameter whose contract gave the name its size.
  private func binder(of name: String, before contract: ContractDescriptor) -> String {
    for case .contract(let earlier) in information.descriptors {
      for case .name(name, _)? in (earlier.dimensions ?? []).map({ Optional($0) }) {
        return earlier.parameter.map { "`\($0)`" } ?? "the result"
      }
    }
    return "an argument"
  }
}
