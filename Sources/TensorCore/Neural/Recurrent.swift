internal import CKernels

/// A long short-term memory over a sequence [time, batch, features], gates in the order input,
/// forget, candidate, output.
package enum LSTM {
  /// What a run over the sequence gives: `states` and `cells` [time + 1, batch, hidden] begin with
  /// what was before the first step; `gates` [time, batch, 4 hidden] are kept for the way back.
  package struct Run: Sendable {
    package let states: Tensor
    package let cells: Tensor
    package let gates: Tensor

    package init(states: Tensor, cells: Tensor, gates: Tensor) {
      self.states = states
      self.cells = cells
      self.gates = gates
    }
  }

  /// - Parameters:
  ///   - sums: [time, batch, 4 hidden], what the inputs and biases give the gates.
  ///   - recurrent: [4 hidden, hidden].
  ///   - state: [batch, hidden], as `cell`.
  /// - Throws: `outOfMemory`, `interrupted`.
  /// - Complexity: O(time · batch · hidden²).
  package static func run(_ sums: Tensor, _ recurrent: Tensor, state: Tensor, cell: Tensor)
    throws(TensorError) -> Run
  {
    let operands = try Tensor.neuralOperands("lstm", [sums, recurrent, state, cell])
    let (sums, turned) = (operands[0], try operands[1].transposed())
    let (time, batch, hidden) = (sums.shape[0], sums.shape[1], state.shape[1])
    let states = try Tensor(uninitialized: sums.dtype, Shape([time + 1, batch, hidden]))
    let cells = try Tensor(uninitialized: sums.dtype, Shape([time + 1, batch, hidden]))
    let gates = try Tensor(uninitialized: sums.dtype, sums.shape)
    try states.selecting(0, axis: 0).overwrite(with: operands[2])
    try cells.selecting(0, axis: 0).overwrite(with: operands[3])
    for step in 0..<time {
      let gate = gates.selecting(step, axis: 0)
      let product = try states.selecting(step, axis: 0).matmul(turned)
      try gate.overwrite(with: try Tensor.elementwise(.add, product, sums.selecting(step, axis: 0)))
      let status = ck_lstm_step(
        sums.kernelType, gate.pointer, cells.selecting(step, axis: 0).pointer, batch, hidden,
        cells.selecting(step + 1, axis: 0).pointer, states.selecting(step + 1, axis: 0).pointer)
      try checkKernel(status)
    }
    withExtendedLifetime((operands, states, cells, gates)) {}
    return Run(states: states, cells: cells, gates: gates)
  }

  /// Back through time: the cotangents of sums, recurrent weights, first state and first cell.
  ///
  /// - Parameters:
  ///   - gstates: [time, batch, hidden], of the states after each step.
  ///   - gcell: [batch, hidden], of the last cell.
  /// - Throws: `outOfMemory`, `interrupted`.
  package static func backward(
    _ run: Run, _ recurrent: Tensor, gstates: Tensor, gcell: Tensor
  ) throws(TensorError) -> (sums: Tensor, recurrent: Tensor, state: Tensor, cell: Tensor) {
    let operands = try Tensor.neuralOperands("lstm", [recurrent, gstates, gcell, run.gates])
    let (recurrent, gstates) = (operands[0], operands[1])
    let (time, batch, hidden) = (gstates.shape[0], gstates.shape[1], gstates.shape[2])
    let gsums = try Tensor(uninitialized: recurrent.dtype, run.gates.shape)
    let gcell = try operands[2].copy()
    var gstate = try Tensor.zeros(Shape([batch, hidden]), recurrent.dtype)
    for step in stride(from: time - 1, through: 0, by: -1) {
      let whole = try Tensor.elementwise(.add, gstate, gstates.selecting(step, axis: 0))
      let gsum = gsums.selecting(step, axis: 0)
      let status = ck_lstm_step_backward(
        gsums.kernelType, run.gates.selecting(step, axis: 0).pointer,
        run.cells.selecting(step, axis: 0).pointer, run.cells.selecting(step + 1, axis: 0).pointer,
        whole.pointer, gcell.pointer, batch, hidden, gsum.pointer)
      withExtendedLifetime((whole, run)) {}
      try checkKernel(status)
      gstate = try gsum.matmul(recurrent)
    }
    let grecurrent = try product(gsums, run.states.slice(axis: 0, start: 0, count: time))
    return (gsums, grecurrent, gstate, gcell)
  }

  /// The sum over time and batch of the outer products of rows.
  static func product(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
    let rows = a.shape[0] * a.shape[1]
    let left = try a.reshaped(to: Shape([rows, a.shape[2]]))
    return try left.transposed().matmul(try b.reshaped(to: Shape([rows, b.shape[2]])))
  }
}

/// A gated recurrent unit over a sequence, gates in the order reset, update, candidate.
package enum GRU {
  /// As `LSTM.Run`; `recurrent` [time, batch, 3 hidden] is what the states gave the gates.
  package struct Run: Sendable {
    package let states: Tensor
    package let gates: Tensor
    package let recurrent: Tensor

    package init(states: Tensor, gates: Tensor, recurrent: Tensor) {
      self.states = states
      self.gates = gates
      self.recurrent = recurrent
    }
  }

  /// - Parameters:
  ///   - sums: [time, batch, 3 hidden], what the inputs and their biases give the gates.
  ///   - recurrent: [3 hidden, hidden]; bias [3 hidden], of the recurrent sums.
  /// - Throws: `outOfMemory`, `interrupted`.
  package static func run(_ sums: Tensor, _ recurrent: Tensor, bias: Tensor, state: Tensor)
    throws(TensorError) -> Run
  {
    let operands = try Tensor.neuralOperands("gru", [sums, recurrent, bias, state])
    let (sums, turned) = (operands[0], try operands[1].transposed())
    let (time, batch, hidden) = (sums.shape[0], sums.shape[1], state.shape[1])
    let states = try Tensor(uninitialized: sums.dtype, Shape([time + 1, batch, hidden]))
    let gates = try Tensor(uninitialized: sums.dtype, sums.shape)
    let kept = try Tensor(uninitialized: sums.dtype, sums.shape)
    try states.selecting(0, axis: 0).overwrite(with: operands[3])
    for step in 0..<time {
      let own = kept.selecting(step, axis: 0)
      let product = try states.selecting(step, axis: 0).matmul(turned)
      try own.overwrite(with: try Tensor.elementwise(.add, product, operands[2]))
      let status = ck_gru_step(
        sums.kernelType, sums.selecting(step, axis: 0).pointer, own.pointer,
        states.selecting(step, axis: 0).pointer, batch, hidden,
        gates.selecting(step, axis: 0).pointer, states.selecting(step + 1, axis: 0).pointer)
      try checkKernel(status)
    }
    withExtendedLifetime((operands, states, gates, kept)) {}
    return Run(states: states, gates: gates, recurrent: kept)
  }

  /// Back through time: the cotangents of sums, recurrent weights, their bias and the first state.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package static func backward(_ run: Run, _ recurrent: Tensor, gstates: Tensor)
    throws(TensorError) -> (sums: Tensor, recurrent: Tensor, bias: Tensor, state: Tensor)
  {
    let operands = try Tensor.neuralOperands("gru", [recurrent, gstates, run.gates])
    let (recurrent, gstates) = (operands[0], operands[1])
    let (time, batch, hidden) = (gstates.shape[0], gstates.shape[1], gstates.shape[2])
    let gsums = try Tensor(uninitialized: recurrent.dtype, run.gates.shape)
    let gkept = try Tensor(uninitialized: recurrent.dtype, run.gates.shape)
    let direct = try Tensor(uninitialized: recurrent.dtype, Shape([batch, hidden]))
    var gstate = try Tensor.zeros(Shape([batch, hidden]), recurrent.dtype)
    for step in stride(from: time - 1, through: 0, by: -1) {
      let whole = try Tensor.elementwise(.add, gstate, gstates.selecting(step, axis: 0))
      let own = gkept.selecting(step, axis: 0)
      let status = ck_gru_step_backward(
        gsums.kernelType, run.gates.selecting(step, axis: 0).pointer,
        run.recurrent.selecting(step, axis: 0).pointer, run.states.selecting(step, axis: 0).pointer,
        whole.pointer, batch, hidden, gsums.selecting(step, axis: 0).pointer, own.pointer,
        direct.pointer)
      withExtendedLifetime((whole, run)) {}
      try checkKernel(status)
      gstate = try Tensor.elementwise(.add, direct, try own.matmul(recurrent))
    }
    let grecurrent = try LSTM.product(gkept, run.states.slice(axis: 0, start: 0, count: time))
    return (gsums, grecurrent, try gkept.reduced(.sum, axes: [0, 1]), gstate)
  }
}
