internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore
internal import TensorOps

// Ranges, iteration, indexing and fields.
extension Machine {
  // MARK: - Ranges and iteration

  func rangeFailure(_ first: UnsafeMutablePointer<lm_cell>) throws(MachineFailure) {
    for part in 0..<3 where first[part].tag != Cells.intTag {
      throw .runtime(
        .rangePart(type: Cells.value(of: first[part]).summary), operand: part)
    }
    throw .runtime(.rangeStep, operand: 2)
  }

  /// A range whose closed end does not fit, or whose parts are no Ints.
  func closedRange(_ i: lm_instruction) throws(MachineFailure) {
    let first = register(i.b)
    let isSound = (0..<3).allSatisfy { first[$0].tag == Cells.intTag } && first[2].i != 0
    guard isSound else { return try rangeFailure(first) }
    throw .runtime(.outOfMemory)
  }

  /// A row of a tensor of rank 2 and more, or an element the loop cannot hold (complex).
  func nextElement(_ i: lm_instruction) throws(MachineFailure) {
    let state = register(i.a)
    if state.pointee.tag == Cells.boxTag { return try nextLazyElement(i) }
    guard state.pointee.tag == Cells.tensorTag else { throw .runtime(.outOfMemory) }
    let position = Int(state[1].i)
    state[1].i += 1
    let tensor = Cells.tensor(state.pointee.tensor)
    set(register(i.b), try element(tensor, at: position))
  }

  /// Begins a loop over a sequence that makes its elements one by one; false for anything else.
  func iterateLazily(_ state: UnsafeMutablePointer<lm_cell>) -> Bool {
    guard state.pointee.tag == Cells.boxTag,
      Cells.value(of: state.pointee).lazySequence != nil
    else { return false }
    set(state + 1, .int(0))
    return true
  }

  /// The next element of a sequence that makes them one by one; a jump past the loop at its end.
  private func nextLazyElement(_ i: lm_instruction) throws(MachineFailure) {
    let position = Int(register(i.a)[1].i)
    do throws(CallFailure) {
      let sequence = Cells.value(of: register(i.a).pointee).lazySequence
      guard let value = try sequence?.next(position, try currentHost) else {
        raw.pointee.pc += Int(Int16(bitPattern: i.c))
        return
      }
      register(i.a)[1].i = Int64(position + 1)
      set(register(i.b), value)
    } catch {
      throw .call(error, operation: "for")
    }
  }

  private func element(_ tensor: Tensor, at position: Int) throws(MachineFailure) -> Value {
    do throws(TensorError) {
      return Value(element: try tensor.indexed(by: [.index(position)]))
    } catch {
      throw .tensor(error, operation: "x[…]")
    }
  }

  // MARK: - Text

  /// The parts that are neither Str nor Int as text; then the loop joins them.
  func concat(_ i: lm_instruction) throws(MachineFailure) {
    var isText = true
    for index in 0..<Int(i.c) {
      let part = register(i.b) + index
      guard part.pointee.tag != Cells.stringTag, part.pointee.tag != Cells.intTag else { continue }
      isText = false
      set(part, .string(Cells.value(of: part.pointee).printText))
    }
    if isText { throw .runtime(.outOfMemory) }
    raw.pointee.pc -= 1
  }

  // MARK: - Reading

  func index(_ i: lm_instruction) throws(MachineFailure) {
    let base = register(i.b).pointee
    let key = register(i.c).pointee
    switch base.tag {
    case Cells.tensorTag:
      let tensor = Cells.tensor(base.tensor)
      let component = try indexComponent(Cells.value(of: key), operand: 1)
      do throws(TensorError) {
        set(register(i.a), Value(element: try tensor.indexed(by: [component])))
      } catch {
        throw .tensor(error, operation: "x[…]")
      }
    case Cells.mapTag:
      guard lm_is_hashable(key) else {
        throw .runtime(.unhashableKey(Cells.value(of: key).summary), operand: 1)
      }
      throw .runtime(keyNotFound(base, key), operand: 1)
    case Cells.boxTag:
      if let variable = Cells.value(of: base).variable {
        set(
          register(i.a),
          try part(of: variable, [try indexComponent(Cells.value(of: key).primal, operand: 1)]))
        return
      }
      set(register(i.a), try element(of: base, at: key))
    default:
      set(register(i.a), try element(of: base, at: key))
    }
  }

  func keyNotFound(_ map: lm_cell, _ key: lm_cell) -> RuntimeError {
    let wanted = Cells.value(of: key)
    var suggestion: String?
    if case .string(let text) = wanted, case .map(let map) = Cells.value(of: map) {
      let keys = map.entries.compactMap { entry -> String? in
        if case .string(let key) = entry.key { return key }
        return nil
      }
      suggestion = Suggestion.nearest(to: text, among: keys).map { Value.string($0).displayText }
    }
    return .keyNotFound(key: wanted.displayText, suggestion: suggestion)
  }

  /// An element or part of a tuple, Str, Range or Record.
  private func element(of base: lm_cell, at key: lm_cell) throws(MachineFailure) -> Value {
    let container = Cells.value(of: base)
    let index = Cells.value(of: key)
    switch container {
    case .tuple, .string, .range: break
    case .record(let record):
      if case .string(let name) = index {
        if let value = record[name] { return value }
        throw .runtime(
          .unknownField(
            name: name, type: "the record \(Machine.listed(record.names))",
            suggestion: Suggestion.nearest(to: name, among: record.names)), operand: 1)
      }
      throw .runtime(.indexType(type: "Record", index: index.summary), operand: 1)
    case .none, .bool, .int, .float, .complex, .tensor, .map, .function, .module, .external,
      .traced:
      throw .runtime(.notIndexable(type: container.summary), operand: 0)
    }
    let count = container.elementCount
    if let position = index.exactInt {
      guard position >= -count, position < count else {
        throw .runtime(
          .positionOutOfRange(index: position, count: count, type: container.typeName), operand: 1)
      }
      return container.element(at: position < 0 ? position + count : position)
    }
    if case .range(let range) = index { return try part(of: container, range) }
    throw .runtime(.indexType(type: container.typeName, index: index.summary), operand: 1)
  }

  /// The elements at a range of positions, all of which must be there.
  private func part(of container: Value, _ range: RangeValue) throws(MachineFailure) -> Value {
    let count = container.elementCount
    guard range.count > 0 else { return container.elements(from: 0, count: 0, step: 1) }
    let last = range.last
    if !(0..<count).contains(range.start) || !(0..<count).contains(last) {
      let outside = (0..<count).contains(range.start) ? last : range.start
      throw .runtime(
        .positionOutOfRange(index: outside, count: count, type: container.typeName), operand: 1)
    }
    return container.elements(from: range.start, count: range.count, step: range.step)
  }

  func indexN(_ i: lm_instruction) throws(MachineFailure) {
    guard case .index(let descriptor) = information.descriptors[Int(i.c)] else { return }
    let base = register(i.b).pointee
    if base.tag == Cells.tensorTag {
      let tensor = Cells.tensor(base.tensor)
      let components = try indexComponents(descriptor)
      do throws(TensorError) {
        set(register(i.a), Value(element: try tensor.indexed(by: components)))
      } catch {
        throw .tensor(error, operation: "x[…]")
      }
      return
    }
    let container = Cells.value(of: base)
    if let variable = container.variable, variable.isTraced {
      set(register(i.a), try part(of: variable, try indexComponents(descriptor)))
      return
    }
    guard descriptor.components.count == 1, case .slice = descriptor.components[0] else {
      if descriptor.components.count == 1, case .expression = descriptor.components[0] {
        set(register(i.a), try element(of: base, at: register(descriptor.first).pointee))
        return
      }
      throw .runtime(.indexType(type: container.typeName, index: "several indices"))
    }
    switch container {
    case .tuple, .string, .range: break
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .function, .module,
      .external, .traced:
      throw .runtime(.notIndexable(type: container.summary), operand: 0)
    }
    let slice = try sliceParts(descriptor.first)
    let bounds = slice.resolved(count: container.elementCount)
    set(
      register(i.a),
      container.elements(from: bounds.start, count: bounds.count, step: slice.step))
  }

  private struct Slice {
    let start: Int?
    let stop: Int?
    let step: Int

    /// First position and number of elements, as Python clips them.
    func resolved(count: Int) -> (start: Int, count: Int) {
      let low = step > 0 ? 0 : -1
      let high = step > 0 ? count : count - 1
      func clip(_ bound: Int) -> Int { max(low, min(high, bound < 0 ? bound + count : bound)) }
      let first = start.map(clip) ?? (step > 0 ? 0 : count - 1)
      let end = stop.map(clip) ?? (step > 0 ? count : -1)
      return (first, RangeValue(start: first, end: end, step: step).count)
    }
  }

  private func sliceParts(_ first: Int) throws(MachineFailure) -> Slice {
    var parts: [Int?] = []
    for offset in 0..<3 {
      let value = Cells.value(of: register(first + offset).pointee)
      if case .none = value {
        parts.append(nil)
      } else if let number = value.exactInt {
        parts.append(number)
      } else {
        throw .runtime(.rangePart(type: value.summary), operand: 1)
      }
    }
    if parts[2] == 0 { throw .runtime(.rangeStep, operand: 1) }
    return Slice(start: parts[0], stop: parts[1], step: parts[2] ?? 1)
  }

  func indexComponents(_ descriptor: IndexDescriptor) throws(MachineFailure) -> [IndexComponent] {
    var next = descriptor.first
    var result: [IndexComponent] = []
    for component in descriptor.components {
      switch component {
      case .expression:
        result.append(try indexComponent(Cells.value(of: register(next).pointee), operand: 1))
        next += 1
      case .slice:
        let slice = try sliceParts(next)
        result.append(.slice(start: slice.start, stop: slice.stop, step: slice.step))
        next += 3
      case .newAxis: result.append(.newAxis)
      case .ellipsis: result.append(.ellipsis)
      }
    }
    return result
  }

  func indexComponent(_ value: Value, operand: Int) throws(MachineFailure) -> IndexComponent {
    switch value {
    case .int(let position): return .index(position)
    case .tensor(let tensor):
      return tensor.dtype == .bool ? .mask(tensor) : .integers(tensor)
    case .range, .tuple:
      do throws(CallFailure) {
        if let tensor = try value.stackedTensor() {
          if tensor.count == 0 { return .integers(try emptyIndex()) }
          return tensor.dtype == .bool ? .mask(tensor) : .integers(tensor)
        }
      } catch {
        throw .call(error, operation: "x[…]")
      }
    case .bool(let flag):
      do throws(TensorError) {
        return .mask(try Tensor(scalar: .bool(flag)))
      } catch {
        throw .tensor(error, operation: "x[…]")
      }
    case .none, .float, .complex, .string, .record, .map, .function, .module, .external, .traced:
      break
    }
    throw .runtime(.indexType(type: "Tensor", index: value.summary), operand: operand)
  }

  private func emptyIndex() throws(CallFailure) -> Tensor {
    do throws(TensorError) {
      return try Tensor.zeros(Shape([0]), .i64)
    } catch {
      throw .tensor(error)
    }
  }

  func field(_ i: lm_instruction) throws(MachineFailure) {
    let name = Symbols.name(of: prototype.pointee.caches[Int(i.c)].symbol)
    set(register(i.a), try member(name, of: Cells.value(of: register(i.b).pointee)))
  }

  func member(_ name: String, of value: Value) throws(MachineFailure) -> Value {
    switch value {
    case .record(let record):
      if let field = record[name] { return field }
      throw .runtime(
        .unknownField(
          name: name, type: "the record \(Machine.listed(record.names))",
          suggestion: Suggestion.nearest(to: name, among: record.names)), operand: 1)
    case .module(let module):
      if let member = module.member(name) { return member }
      throw .runtime(
        .unknownMember(
          name: name, module: module.name,
          suggestion: Suggestion.nearest(to: name, among: module.memberNames)), operand: 1)
    case .complex(let number) where name == "real": return .float(number.real)
    case .complex(let number) where name == "imag": return .float(number.imaginary)
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .map, .range, .function,
      .external, .traced:
      // `x.shape` for `x.shape()`.
      let function = Suggestion.nearest(to: name, among: library.builtins.map(\.name))
      throw .runtime(
        .unknownField(name: name, type: value.summary, suggestion: function.map { $0 + "()" }),
        operand: 1)
    }
  }

  static func listed(_ names: [String]) -> String {
    let shown = names.prefix(6).joined(separator: ", ")
    return "(\(shown)\(names.count > 6 ? ", …" : ""))"
  }

  func length(_ i: lm_instruction) throws(MachineFailure) {
    do throws(CallFailure) {
      guard let builtin = builtin(named: "len") else { throw .raised }
      set(register(i.a), try call(builtin, [Cells.value(of: register(i.b).pointee)]))
    } catch {
      throw .call(error, operation: "len")
    }
  }
}
