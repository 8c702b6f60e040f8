internal import Plot
internal import Runtime
internal import TensorCore

extension Value {
  /// The value as a layer or figure takes it; nil for what no figure can use.
  ///
  /// - Throws: `CallFailure` when numbers of a tuple differ in shape or memory runs out.
  func plotArgument() throws(CallFailure) -> PlotArgument? {
    switch self {
    case .none: return nil
    case .bool(let flag): return .flag(flag)
    case .int(let number): return .number(Double(number))
    case .float(let number): return .number(number)
    case .string(let text): return .text(text)
    case .tensor(let tensor): return .tensor(tensor)
    case .range:
      return try stackedTensor().map { .tensor($0) }
    case .tuple(let values):
      var elements: [PlotArgument] = []
      elements.reserveCapacity(values.count)
      for value in values {
        guard let element = try value.plotArgument() else { return nil }
        elements.append(element)
      }
      return .list(elements)
    case .traced: return try primal.plotArgument()
    case .complex, .record, .map, .function, .module, .external: return nil
    }
  }
}
