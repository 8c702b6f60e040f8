internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore
internal import TensorOps

// The operations of the `host` instruction; see `HostOperation` for what each does.
extension Machine {
  func runHostOperation(_ i: lm_instruction) throws(MachineFailure) {
    guard let operation = HostOperation(rawValue: i.a) else { return }
    let base = register(i.b)
    switch operation {
    case .tensor: try makeTensor(base, count: Int(i.c))
    case .stack: try stack(base)
    case .map: set(base, Cells.owning(Cells.mapTag, Memory.required(lm_map_make(0))))
    case .transpose: try transpose(base)
    case .membership: try membership(base, isNegated: i.c == 1)
    case .with: try with(base, names(i.c))
    case .destructureTuple: try destructureTuple(base, descriptor: i.c)
    case .destructureRecord: try destructureRecord(base, names(i.c))
    case .matchTuple: matchTuple(base, descriptor: i.c)
    case .matchRecord: matchRecord(base, names(i.c))
    case .matchEqual:
      set(base, .bool(Cells.value(of: base[0]).isEqual(to: Cells.value(of: base[1]))))
    case .noMatch:
      throw .runtime(
        .noMatchingArm(value: Machine.shortened(Cells.value(of: base.pointee).displayText)),
        operand: 0)
    case .assertionFailed: throw .runtime(.assertionFailed(message: message(base.pointee)))
    case .contract:
      if case .contract(let contract) = information.descriptors[Int(i.c)] {
        try check(contract, base.pointee)
      }
    case .module: try loadModule(base, information.descriptors[Int(i.c)])
    case .condition: set(base, .bool(try truth(of: base.pointee)))
    case .format: try format(base, descriptor: i.c)
    case .imaginary: set(base, .complex(Complex(0, base.pointee.f)))
    }
  }

  private func names(_ descriptor: UInt16) -> [String] {
    if case .names(let names) = information.descriptors[Int(descriptor)] { return names }
    return []
  }

  private func message(_ cell: lm_cell) -> String? {
    cell.tag == Cells.unboundTag ? nil : Cells.value(of: cell).printText
  }

  static func shortened(_ text: String) -> String {
    let line =
      text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    return line.count > 60 || line.count < text.count ? String(line.prefix(59)) + "…" : text
  }

  // MARK: - Tensors

  private func makeTensor(_ base: UnsafeMutablePointer<lm_cell>, count: Int) throws(MachineFailure)
  {
    let values = (0..<count).map { index -> Value in
      let cell = take(base + index)
      defer { lm_release(cell) }
      return Cells.value(of: cell)
    }
    set(base, try stacked(values))
  }

  private func stack(_ base: UnsafeMutablePointer<lm_cell>) throws(MachineFailure) {
    guard case .tuple(let tuple) = Cells.value(of: base.pointee) else { return }
    set(base, try stacked(Array(tuple)))
  }

  /// The tensor of elements of one shape.
  private func stacked(_ values: [Value]) throws(MachineFailure) -> Value {
    do throws(CallFailure) {
      if values.isEmpty { return .tensor(try empty()) }
      let whole = Value.tuple(TupleValue(values))
      if whole.containsTraced {
        if let variable = try whole.stackedVariable() { return Value(variable) }
      } else if let tensor = try whole.stackedTensor() {
        return .tensor(tensor)
      }
    } catch {
      if case .tensor(.unequalElements(let first, let a, let second, let b)) = error, first == 0 {
        throw .runtime(
          .unequalElements(
            first: a.description, second: b.description, secondIndex: second), operand: second)
      }
      throw .call(error, operation: "[…]")
    }
    let odd = values.firstIndex { $0.isElementless } ?? 0
    throw .runtime(
      .unequalElements(
        first: values[0].summary, second: values[odd].summary, secondIndex: odd), operand: odd)
  }

  private func empty() throws(CallFailure) -> Tensor {
    do throws(TensorError) {
      return try Tensor.zeros(Shape([0]), .f64)
    } catch {
      throw .tensor(error)
    }
  }

  private func transpose(_ base: UnsafeMutablePointer<lm_cell>) throws(MachineFailure) {
    do throws(CallFailure) {
      set(base, try Value.transpose(Cells.value(of: base.pointee)))
    } catch {
      throw .call(error, operation: "'")
    }
  }

  private func membership(_ base: UnsafeMutablePointer<lm_cell>, isNegated: Bool)
    throws(MachineFailure)
  {
    do throws(CallFailure) {
      let holds = try Value.contains(Cells.value(of: base[1]), Cells.value(of: base[0]))
      set(base, .bool(holds != isNegated))
    } catch {
      throw .call(error, operation: "in")
    }
  }

  // MARK: - Records and patterns

  private func with(_ base: UnsafeMutablePointer<lm_cell>, _ names: [String]) throws(MachineFailure)
  {
    guard case .record(let record) = Cells.value(of: base.pointee) else {
      throw .runtime(.fieldAssignment(type: Cells.value(of: base.pointee).summary), operand: 0)
    }
    var fields = record.fields
    for (index, name) in names.enumerated() {
      guard let position = fields.firstIndex(where: { $0.name == name }) else {
        throw .runtime(
          .unknownField(
            name: name, type: "the record \(Machine.listed(record.names))",
            suggestion: Suggestion.nearest(to: name, among: record.names)), operand: index + 1)
      }
      fields[position].value = Cells.value(of: base[index + 1])
    }
    set(base, .record(RecordValue(fields.map { ($0.name, $0.value) })))
  }

  /// The elements a tuple pattern can take: of a tuple, or the rows or numbers of a tensor.
  private func parts(of value: Value) -> [Value]? {
    switch value {
    case .tuple(let tuple): Array(tuple)
    case .tensor(let tensor) where tensor.rank > 0 && tensor.shape[0] <= 65_536:
      (0..<tensor.shape[0]).compactMap { position in
        (try? tensor.indexed(by: [.index(position)])).map { Value(element: $0) }
      }
    case .traced where (value.variable?.shape[0] ?? 0) <= 65_536: (try? value.tracedRows()) ?? nil
    case .none, .bool, .int, .float, .complex, .string, .tensor, .record, .map, .range, .function,
      .module, .external, .traced:
      nil
    }
  }

  /// Elements by the pattern, the rest collected; nil when their number does not fit.
  private func arrange(_ parts: [Value], count: Int, rest: Int?) -> [Value]? {
    guard let rest else { return parts.count == count ? parts : nil }
    let surplus = parts.count - (count - 1)
    guard surplus >= 0 else { return nil }
    return Array(parts[..<rest])
      + [.tuple(TupleValue(parts[rest..<(rest + surplus)]))] + Array(parts[(rest + surplus)...])
  }

  private func destructureTuple(_ base: UnsafeMutablePointer<lm_cell>, descriptor: UInt16)
    throws(MachineFailure)
  {
    guard case .tuplePattern(let count, let rest) = information.descriptors[Int(descriptor)] else {
      return
    }
    let whole = Cells.value(of: base.pointee)
    guard let parts = parts(of: whole), let arranged = arrange(parts, count: count, rest: rest)
    else {
      throw .runtime(
        .destructuringCount(
          expected: rest == nil ? count : count - 1, isMinimum: rest != nil, found: whole.summary))
    }
    for (index, part) in arranged.enumerated() { set(base + 1 + index, part) }
  }

  private func destructureRecord(_ base: UnsafeMutablePointer<lm_cell>, _ names: [String])
    throws(MachineFailure)
  {
    let whole = Cells.value(of: base.pointee)
    for (index, name) in names.enumerated() {
      guard case .record(let record) = whole, let part = record[name] else {
        throw .runtime(.destructuringField(name: name, type: whole.summary))
      }
      set(base + 1 + index, part)
    }
  }

  private func matchTuple(_ base: UnsafeMutablePointer<lm_cell>, descriptor: UInt16) {
    guard case .tuplePattern(let count, let rest) = information.descriptors[Int(descriptor)],
      case .tuple(let tuple) = Cells.value(of: base.pointee),
      let arranged = arrange(Array(tuple), count: count, rest: rest)
    else {
      set(base, .bool(false))
      return
    }
    for (index, part) in arranged.enumerated() { set(base + 1 + index, part) }
    set(base, .bool(true))
  }

  private func matchRecord(_ base: UnsafeMutablePointer<lm_cell>, _ names: [String]) {
    guard case .record(let record) = Cells.value(of: base.pointee),
      names.allSatisfy({ record[$0] != nil })
    else {
      set(base, .bool(false))
      return
    }
    for (index, name) in names.enumerated() { set(base + 1 + index, record[name] ?? .none) }
    set(base, .bool(true))
  }

  // MARK: - Modules and text

  private func loadModule(_ base: UnsafeMutablePointer<lm_cell>, _ descriptor: Descriptor)
    throws(MachineFailure)
  {
    do throws(CallFailure) {
      switch descriptor {
      case .module(let name): set(base, .module(try currentHost.standardModule(name)))
      case .userModule(let path): set(base, .module(try currentHost.userModule(path: path)))
      case .call, .index, .path, .names, .tuplePattern, .contract, .formatSpec: break
      }
    } catch {
      throw .call(error, operation: "use")
    }
  }

  private func format(_ base: UnsafeMutablePointer<lm_cell>, descriptor: UInt16)
    throws(MachineFailure)
  {
    guard case .formatSpec(let text) = information.descriptors[Int(descriptor)] else { return }
    do throws(CallFailure) {
      let spec = try FormatSpec(text)
      set(base, .string(try spec.text(of: Cells.value(of: base.pointee))))
    } catch {
      throw .call(error, operation: "{…:\(text)}")
    }
  }
}

extension Value {
  /// Whether the value can be no element of a tensor.
  var isElementless: Bool {
    switch self {
    case .bool, .int, .float, .complex, .tensor, .range: false
    case .tuple(let tuple): tuple.contains(where: \.isElementless)
    case .traced: false
    case .none, .string, .record, .map, .function, .module, .external: true
    }
  }
}
