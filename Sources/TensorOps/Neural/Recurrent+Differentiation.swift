internal import TensorCore

// Recurrent networks in `Variable`s. The products with the inputs of all steps are one; the steps
// themselves are kernels.

extension LSTM {
  /// The states [time, batch, hidden] and the last cell, from the sums that the inputs give.
  static func run(_ sums: Variable, _ recurrent: Variable, state: Variable, cell: Variable)
    throws(TensorError) -> (states: Variable, cell: Variable)
  {
    let operation = KernelOperation(
      name: "lstm",
      evaluate: { (operands) throws(TensorError) in
        let run = try run(operands[0], operands[1], state: operands[2], cell: operands[3])
        let time = operands[0].shape[0]
        return [
          run.states.slice(axis: 0, start: 1, count: time), run.cells.selecting(time, axis: 0),
          run.states, run.cells, run.gates,
        ]
      },
      backward: { (step) throws(TensorError) in
        let (sums, recurrent, state, cell) = try backward(
          Run(states: step.results[2], cells: step.results[3], gates: step.results[4]),
          step.operands[1], gstates: try step.cotangent(0),
          gcell: try step.cotangent(1))
        return [sums, recurrent, state, cell]
      },
      formula: { (operands) throws(TensorError) in
        try formula(operands[0], operands[1], state: operands[2], cell: operands[3])
      })
    let results = try operation.apply([sums, recurrent, state, cell])
    return (results[0], results[1])
  }

  private static func formula(
    _ sums: Variable, _ recurrent: Variable, state: Variable, cell: Variable
  ) throws(TensorError) -> [Variable] {
    var (state, cell) = (state, cell)
    let hidden = state.shape[1]
    let turned = try recurrent.transposed()
    var states: [Variable] = []
    for step in 0..<sums.shape[0] {
      let all = try sums.indexed(by: [.index(step)]) + state.matmul(turned)
      func part(_ number: Int) throws(TensorError) -> Variable {
        try all.slice(axis: 1, start: number * hidden, count: hidden)
      }
      let input = try Variable.elementwise(.sigmoid, part(0))
      let forget = try Variable.elementwise(.sigmoid, part(1))
      let candidate = try Variable.elementwise(.tanh, part(2))
      let output = try Variable.elementwise(.sigmoid, part(3))
      cell = try forget * cell + input * candidate
      state = try output * Variable.elementwise(.tanh, cell)
      states.append(state)
    }
    guard !states.isEmpty else {
      return [try sums.slice(axis: 2, start: 0, count: hidden), cell]
    }
    return [try Variable.stacked(states), cell]
  }
}

extension GRU {
  /// The states [time, batch, hidden], from the sums that the inputs give.
  static func run(_ sums: Variable, _ recurrent: Variable, bias: Variable, state: Variable)
    throws(TensorError) -> Variable
  {
    let operation = KernelOperation(
      name: "gru",
      evaluate: { (operands) throws(TensorError) in
        let run = try run(operands[0], operands[1], bias: operands[2], state: operands[3])
        return [
          run.states.slice(axis: 0, start: 1, count: operands[0].shape[0]), run.states, run.gates,
          run.recurrent,
        ]
      },
      backward: { (step) throws(TensorError) in
        let (sums, recurrent, bias, state) = try backward(
          Run(states: step.results[1], gates: step.results[2], recurrent: step.results[3]),
          step.operands[1], gstates: try step.cotangent(0))
        return [sums, recurrent, bias, state]
      },
      formula: { (operands) throws(TensorError) in
        [try formula(operands[0], operands[1], bias: operands[2], state: operands[3])]
      })
    return try operation.apply([sums, recurrent, bias, state])[0]
  }

  private static func formula(
    _ sums: Variable, _ recurrent: Variable, bias: Variable, state: Variable
  ) throws(TensorError) -> Variable {
    var state = state
    let hidden = state.shape[1]
    let turned = try recurrent.transposed()
    var states: [Variable] = []
    for step in 0..<sums.shape[0] {
      let input = try sums.indexed(by: [.index(step)])
      let own = try state.matmul(turned) + bias
      func part(_ sums: Variable, _ number: Int) throws(TensorError) -> Variable {
        try sums.slice(axis: 1, start: number * hidden, count: hidden)
      }
      let reset = try Variable.elementwise(.sigmoid, part(input, 0) + part(own, 0))
      let update = try Variable.elementwise(.sigmoid, part(input, 1) + part(own, 1))
      let candidate = try Variable.elementwise(.tanh, part(input, 2) + reset * part(own, 2))
      state = try candidate + update * (state - candidate)
      states.append(state)
    }
    guard !states.isEmpty else { return try sums.slice(axis: 2, start: 0, count: hidden) }
    return try Variable.stacked(states)
  }
}
