internal import CMachine
internal import TensorCore
internal import TensorOps

// Instructions that meet values under differentiation.
extension Machine {
  /// Evaluates a fused expression of which a leaf is traced; false when a leaf is no number or
  /// tensor at all.
  func runTracedTree(_ tree: FusedTree) throws(MachineFailure) -> Bool {
    var leaves: [Variable] = []
    leaves.reserveCapacity(tree.leaves.count)
    for leaf in tree.leaves {
      switch leaf {
      case .constant(let scalar): leaves.append(.plain(.scalar(scalar)))
      case .register(let number):
        guard let variable = Cells.value(of: register(number).pointee).variable else {
          return false
        }
        leaves.append(variable)
      }
    }
    guard leaves.contains(where: \.isTraced) else { return false }
    try checkBroadcast(tree, leaves.map(\.value))
    let result: Value
    do throws(FusedFailure) {
      result = try value(of: tree, leaves)
    } catch {
      throw .tensor(
        error.error, operation: operatorText(tree, error.step),
        position: tree.instructionOfStep[error.step])
    }
    let information = information
    for case .register(let number) in tree.leaves
    where number >= information.firstTemporary && number != tree.target {
      set(register(number), Cells.none)
    }
    set(register(tree.target), result)
    raw.pointee.pc = prototype.pointee.code + tree.end
    return true
  }

  /// The operations that reduce all elements.
  private static let reductions: [Reduction: Operation] = {
    let byName = Dictionary(grouping: OperationTable.all, by: \.name)
    return Dictionary(
      uniqueKeysWithValues: Reduction.allCases.compactMap { reduction in
        byName[reduction.name]?.first.map { (reduction, $0) }
      })
  }()

  private func value(of tree: FusedTree, _ leaves: [Variable]) throws(FusedFailure) -> Value {
    guard let reduction = tree.reduction else { return Value(try tree.expression.apply(leaves)) }
    if reduction == .sum || reduction == .mean {
      return Value(try tree.expression.apply(leaves, reducing: reduction))
    }
    let whole = try tree.expression.apply(leaves)
    do throws(TensorError) {
      let operation = Machine.reductions[reduction]
      let arguments =
        [VariableArguments.Argument.variable(try whole.asTensor())]
        + (operation?.parameters.dropFirst() ?? []).map { .plain($0.defaultValue.argument) }
      guard case .one(let result)? = try operation?.apply(VariableArguments(arguments)) else {
        throw .noDerivative(operation: reduction.name)
      }
      return try Value(element: result)
    } catch {
      throw FusedFailure(step: tree.expression.steps.count - 1, error: error)
    }
  }

  /// Makes a traced tensor the tuple of its rows, which a loop can go through; false for anything
  /// else.
  func iterateRows(_ cell: UnsafeMutablePointer<lm_cell>) throws(MachineFailure) -> Bool {
    guard cell.pointee.tag == Cells.boxTag else { return false }
    do throws(CallFailure) {
      guard let rows = try Cells.value(of: cell.pointee).tracedRows() else { return false }
      set(cell, .tuple(TupleValue(rows)))
    } catch {
      throw .call(error, operation: "for")
    }
    raw.pointee.pc -= 1
    return true
  }

  /// What an index selects of a tensor under differentiation.
  func part(of variable: Variable, _ components: [IndexComponent]) throws(MachineFailure) -> Value {
    do throws(TensorError) {
      return try Value(element: try variable.indexed(by: components))
    } catch {
      throw .tensor(error, operation: "x[…]")
    }
  }
}
