internal import CMachine
internal import Diagnostics
internal import TensorCore

// From a failure to a diagnostic: where in the user's text, and by which calls.
extension Machine {
  /// Calls shown of a trace, innermost first; a deeper one is cut.
  private static let traceLimit = 200

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
    let spans = (information.operandSpans[at] ?? []).compactMap { $0 }
    return error.diagnostic(
      operation: operation, at: Location(information.source, information.spans[at]),
      operands: spans.map { Location(information.source, $0) })
  }

  /// The types of an operator's two operands, under them.
  private func label(
    _ diagnostic: inout Diagnostic, _ spans: [Span?], _ information: FunctionInformation
  ) {
    guard spans.count == 2, let types = operandTypes else { return }
    for (span, type) in zip(spans, types) {
      if let span {
        diagnostic.labels.append(Diagnostic.Label(Location(information.source, span), type))
      }
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
    return result
  }

  /// The calls that led here, innermost first, each as written where it was made.
  var trace: [Diagnostic.Frame] {
    var frames: [Diagnostic.Frame] = []
    guard var frame = raw.pointee.frame else { return [] }
    var pendingCallbacks = callbacks
    while frame > raw.pointee.frames, frames.count < Machine.traceLimit {
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
        frames.append(frameOfTrace(information, information.spans[index]))
      }
      frame = caller
    }
    return frames
  }

  private func isCode(
    _ pc: UnsafePointer<lm_instruction>, of prototype: UnsafePointer<lm_prototype>?
  ) -> Bool {
    guard let prototype else { return false }
    let count = FunctionInformation.of(prototype).spans.count
    let offset = pc - prototype.pointee.code
    return offset > 0 && offset <= count
  }

  private func frameOfTrace(_ information: FunctionInformation, _ span: Span) -> Diagnostic.Frame {
    var text = information.source.text(of: span)
    if let lineEnd = text.firstIndex(of: "\n") { text = String(text[..<lineEnd]) + " …" }
    if text.count > 60 { text = String(text.prefix(59)) + "…" }
    return Diagnostic.Frame(call: text, location: Location(information.source, span))
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
