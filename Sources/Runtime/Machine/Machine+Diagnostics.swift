internal import CMachine
internal import Diagnostics
internal import TensorCore

// From a failure to a diagnostic: where in the user's text, and by which calls.
extension Machine {
  /// Steps kept at each end of a trace; those between are only counted.
  private static let traceEnds = 100

  func diagnostic(of failure: MachineFailure) -> Diagnostic {
    let information = information
    var at = position
    var operand: Int?
    var result: Diagnostic
    switch failure {
    case .runtime(let error, let number):
      result = error.diagnostic
      operand = number
    case .tensor(let error, let operation, let instruction):
      at = instruction ?? at
      result = located(error, operation, at, information)
    case .call(let failure, let operation, let first):
      switch failure {
      case .raised:
        return self.failure ?? RuntimeError.interrupted.diagnostic
      case .tensor(let error): result = located(error, operation, at, information)
      case .diagnostic(let diagnostic, let argument):
        result = diagnostic
        operand = argument.map { $0 + first }
        // A diagnostic that comes with its place keeps it (a file's own line, say).
        if diagnostic.location != nil { return withTrace(diagnostic) }
      }
    }
    if result.location == nil {
      let spans = information.operandSpans[at] ?? []
      let span = operand.flatMap { $0 < spans.count ? spans[$0] : nil } ?? information.spans[at]
      result.location = Location(information.source, span)
      if operand == nil, result.code == .operandTypes { label(&result, spans, information) }
    }
    return withTrace(result)
  }

  private func located(
    _ error: TensorError, _ operation: String, _ at: Int, _ information: FunctionInformation
  ) -> Diagnostic {
    let spans = information.operandSpans[at] ?? []
    return error.diagnostic(
      operation: operation,
      at: Location(information.source, place(of: error, spans) ?? information.spans[at]),
      operands: spans.compactMap { $0.map { Location(information.source, $0) } })
  }

  /// The part of an index or an assignment to elements that an error is about. The spans are those
  /// of the container, the
  /// index as a whole, for an assignment the value, and then the parts of the index.
  private func place(of error: TensorError, _ spans: [Span?]) -> Span? {
    let isAssignment: Bool
    switch lm_opcode(UInt32(raw.pointee.pc[-1].op)) {
    case LM_OP_index, LM_OP_index_n: isAssignment = false
    case LM_OP_set_index, LM_OP_set_index_k, LM_OP_set_index_n, LM_OP_set_path: isAssignment = true
    default: return nil
    }
    guard spans.count > (isAssignment ? 2 : 1) else { return nil }
    switch error {
    case .indexOutOfRange(_, let axis, _, _):
      let part = axis + (isAssignment ? 3 : 2)
      return part < spans.count ? spans[part] : spans[1]
    case .tooManyIndices, .maskShape, .indexDType: return spans[1]
    case .assignment, .valueOutOfRange: return isAssignment ? spans[2] : nil
    default: return nil
    }
  }

  /// The types of an operator's two operands, under them.
  private func label(
    _ diagnostic: inout Diagnostic, _ spans: [Span?], _ information: FunctionInformation
  ) {
    guard spans.count == 2, let types = operandTypes, let first = spans[0], let second = spans[1]
    else { return }
    diagnostic.note = ""
    diagnostic.labels = zip([first, second], types).map { span, type in
      Diagnostic.Label(Location(information.source, span), type)
    }
  }

  /// What the instruction's b and c hold, for the operators that read them.
  private var operandTypes: [String]? {
    let instruction = raw.pointee.pc[-1]
    switch lm_opcode(UInt32(instruction.op)) {
    case LM_OP_add, LM_OP_subtract, LM_OP_multiply, LM_OP_divide, LM_OP_floor_divide,
      LM_OP_remainder, LM_OP_power, LM_OP_binary, LM_OP_less, LM_OP_less_equal:
      var types = [instruction.b, instruction.c].map {
        Cells.value(of: register($0).pointee).summary
      }
      let isComparison =
        instruction.op == UInt8(LM_OP_less.rawValue)
        || instruction.op == UInt8(LM_OP_less_equal.rawValue)
      if isComparison, instruction.x == 1 { types.reverse() }
      return types
    case LM_OP_add_k, LM_OP_subtract_k, LM_OP_multiply_k, LM_OP_divide_k, LM_OP_remainder_k:
      return [
        Cells.value(of: register(instruction.b).pointee).summary,
        Cells.value(of: prototype.pointee.constants[Int(instruction.c)]).summary,
      ]
    default: return nil
    }
  }

  // MARK: - Traces

  private func withTrace(_ diagnostic: Diagnostic) -> Diagnostic {
    guard diagnostic.trace.isEmpty else { return diagnostic }
    var result = diagnostic
    result.trace = trace
    return atUsersCall(result)
  }

  /// An error inside of a standard module stands at the user's call of it; the trace says where in
  /// the module it arose.
  private func atUsersCall(_ diagnostic: Diagnostic) -> Diagnostic {
    guard let location = diagnostic.location, location.source.isStandardModule,
      let place = diagnostic.trace.firstIndex(where: { frame in
        frame.location.map { !$0.source.isStandardModule } ?? false
      })
    else { return diagnostic }
    var result = diagnostic
    result.location = diagnostic.trace[place].location
    result.labels = []
    result.note = ""
    let origin = Diagnostic.Frame(call: Machine.call(at: location), location: location)
    result.trace =
      [origin] + diagnostic.trace[..<place] + diagnostic.trace[(place + 1)...]
    return result
  }

  /// The text of a place on one line.
  private static func call(at location: Location) -> String {
    var text = location.source.text(of: location.span)
    if let lineEnd = text.firstIndex(of: "\n") { text = String(text[..<lineEnd]) + " …" }
    return text.count > 60 ? String(text.prefix(59)) + "…" : text
  }

  /// The calls that led here, innermost first, each as written where it was made.
  var trace: [Diagnostic.Frame] {
    var steps: [TraceStep] = []
    guard var frame = raw.pointee.frame else { return [] }
    var pendingCallbacks = callbacks
    while frame > raw.pointee.frames {
      guard var pc = frame.pointee.return_pc else { break }
      let caller = frame - 1
      guard caller > raw.pointee.frames else { break }
      if !isCode(pc, of: caller.pointee.prototype) {
        // A run that native code began: the builtin's own call is what the user wrote.
        guard let callback = pendingCallbacks.popLast() else { break }
        pc = callback
      }
      let information = FunctionInformation.of(caller.pointee.prototype)
      let index = pc - caller.pointee.prototype.pointee.code - 1
      if index >= 0, index < information.spans.count {
        let span = information.spans[index]
        if let last = steps.last, last.information === information, last.span == span {
          steps[steps.count - 1].count += 1
        } else {
          steps.append(TraceStep(information: information, span: span, count: 1))
        }
      }
      frame = caller
    }
    guard steps.count > 2 * Machine.traceEnds else { return steps.map(frameOfTrace) }
    let hidden = steps.dropFirst(Machine.traceEnds).dropLast(Machine.traceEnds)
    var middle = frameOfTrace(hidden[hidden.startIndex])
    middle.count = hidden.reduce(0) { $0 + $1.count }
    return steps.prefix(Machine.traceEnds).map(frameOfTrace) + [middle]
      + steps.suffix(Machine.traceEnds).map(frameOfTrace)
  }

  /// Equal calls in a row, each made by the one after it.
  private struct TraceStep {
    let information: FunctionInformation
    let span: Span
    var count: Int
  }

  private func isCode(
    _ pc: UnsafePointer<lm_instruction>, of prototype: UnsafePointer<lm_prototype>?
  ) -> Bool {
    guard let prototype else { return false }
    let count = FunctionInformation.of(prototype).spans.count
    let offset = pc - prototype.pointee.code
    return offset > 0 && offset <= count
  }

  private func frameOfTrace(_ step: TraceStep) -> Diagnostic.Frame {
    let location = Location(step.information.source, step.span)
    return Diagnostic.Frame(
      call: Machine.call(at: location), location: location, count: step.count)
  }

  /// An error that another machine found in a function it ran for the instruction being run here:
  /// what led to it goes on with this call and the calls that led here.
  func continued(_ diagnostic: Diagnostic) -> Diagnostic {
    var result = diagnostic
    let information = information
    let at = position
    if at >= 0, at < information.spans.count {
      let step = TraceStep(information: information, span: information.spans[at], count: 1)
      result.trace.append(frameOfTrace(step))
    }
    result.trace += trace
    return atUsersCall(result)
  }

  /// Where the instruction being run stands.
  var currentLocation: Location? {
    guard raw.pointee.frame > raw.pointee.frames, raw.pointee.pc != nil else { return nil }
    let information = information
    let at = position
    guard at >= 0, at < information.spans.count else { return nil }
    return Location(information.source, information.spans[at])
  }
}
