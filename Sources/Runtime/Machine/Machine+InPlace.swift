internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore
internal import TensorOps

// Changes in place: of elements, fields, and what lies at the end of a path of them.
extension Machine {
  func push(_ i: lm_instruction) throws(MachineFailure) {
    let target = register(i.a)
    guard target.pointee.tag == Cells.tupleTag else {
      do throws(CallFailure) {
        guard let builtin = builtin(named: "push") else { throw .raised }
        let arguments = [target.pointee, register(i.b).pointee].map {
          Optional(Cells.value(of: $0))
        }
        set(target, try call(builtin, arguments))
      } catch {
        throw .call(error, operation: "push")
      }
      return
    }
    let tuple = target.pointee.tuple
    guard let tuple, let copy = lm_tuple_copy(tuple, tuple.pointee.count / 2 + 4) else {
      throw .runtime(.outOfMemory)
    }
    let item = register(i.b).pointee
    lm_retain(item)
    guard let grown = lm_tuple_push(copy, item) else {
      lm_release(item)
      lm_release_object(Cells.object(copy))
      throw .runtime(.outOfMemory)
    }
    set(target, Cells.owning(Cells.tupleTag, grown))
  }

  func setIndex(_ i: lm_instruction, _ value: lm_cell) throws(MachineFailure) {
    try store(value, in: register(i.a), at: .key(register(i.b).pointee))
  }

  func setIndexN(_ i: lm_instruction) throws(MachineFailure) {
    guard case .index(let descriptor) = information.descriptors[Int(i.b)] else { return }
    try store(register(i.c).pointee, in: register(i.a), at: place(descriptor))
  }

  func setField(_ i: lm_instruction) throws(MachineFailure) {
    let symbol = prototype.pointee.caches[Int(i.b)].symbol
    try store(register(i.c).pointee, in: register(i.a), at: .field(symbol))
  }

  func setPath(_ i: lm_instruction) throws(MachineFailure) {
    guard case .path(let steps) = information.descriptors[Int(i.b)] else { return }
    let places = steps.map { step -> Place in
      switch step {
      case .field(let name, _): .field(Symbols.number(of: name))
      case .index(let descriptor): place(descriptor)
      }
    }
    try store(register(i.c).pointee, in: register(i.a), from: places)
  }

  private enum Place {
    case key(lm_cell)
    case field(UInt32)
    case components(IndexDescriptor)
  }

  private func place(_ descriptor: IndexDescriptor) -> Place {
    if descriptor.components.count == 1, case .expression = descriptor.components[0] {
      return .key(register(descriptor.first).pointee)
    }
    return .components(descriptor)
  }

  private func store(_ value: lm_cell, in slot: UnsafeMutablePointer<lm_cell>, at place: Place)
    throws(MachineFailure)
  {
    try store(value, in: slot, from: [place])
  }

  /// Stores at the end of a path that begins at a register. Meanwhile the value has one more
  /// holder, so that it is never stored into itself: `t[0] = t` makes a copy.
  private func store(
    _ value: lm_cell, in slot: UnsafeMutablePointer<lm_cell>, from path: [Place]
  ) throws(MachineFailure) {
    lm_retain(value)
    defer { lm_release(value) }
    try store(value, in: slot, at: path[...])
  }

  /// Stores along a path: each container on the way is copied unless this is its only holder.
  private func store(
    _ value: lm_cell, in slot: UnsafeMutablePointer<lm_cell>, at path: ArraySlice<Place>
  ) throws(MachineFailure) {
    guard let place = path.first else {
      lm_retain(value)
      set(slot, value)
      return
    }
    let rest = path.dropFirst()
    if slot.pointee.tag == Cells.tensorTag || slot.pointee.tag == Cells.boxTag {
      if try storeTraced(value, slot, place, rest) { return }
    }
    if slot.pointee.tag == Cells.tensorTag {
      try storeInTensor(value, slot, place, rest)
      return
    }
    let inner = try uniqueSlot(in: slot, at: place, mayInsert: rest.isEmpty)
    try store(value, in: inner, at: rest)
  }

  /// The cell of an element, in a container that nobody else holds.
  private func uniqueSlot(
    in slot: UnsafeMutablePointer<lm_cell>, at place: Place, mayInsert: Bool
  ) throws(MachineFailure) -> UnsafeMutablePointer<lm_cell> {
    switch (slot.pointee.tag, place) {
    case (Cells.recordTag, .field(let symbol)):
      let position = lm_shape_find(slot.pointee.record.pointee.shape, symbol)
      guard position >= 0 else {
        _ = try member(Symbols.name(of: symbol), of: Cells.value(of: slot.pointee))
        throw .runtime(.outOfMemory)
      }
      try makeUnique(slot) { lm_record_copy($0.record).map { Cells.owning(Cells.recordTag, $0) } }
      return Cells.items(of: slot.pointee.record) + Int(position)
    case (Cells.tupleTag, .key(let key)):
      let count = Int(slot.pointee.tuple.pointee.count)
      let index = Cells.value(of: key)
      guard let position = index.exactInt else {
        throw .runtime(.indexType(type: "Tuple", index: index.summary), operand: 1)
      }
      guard position >= -count, position < count else {
        throw .runtime(
          .positionOutOfRange(index: position, count: count, type: "Tuple"), operand: 1)
      }
      try makeUnique(slot) { lm_tuple_copy($0.tuple, 0).map { Cells.owning(Cells.tupleTag, $0) } }
      return Cells.items(of: slot.pointee.tuple) + (position < 0 ? position + count : position)
    case (Cells.mapTag, .key(let key)):
      guard lm_is_hashable(key) else {
        throw .runtime(.unhashableKey(Cells.value(of: key).summary), operand: 1)
      }
      try makeUnique(slot) { lm_map_copy($0.map).map { Cells.owning(Cells.mapTag, $0) } }
      if let found = lm_map_find(slot.pointee.map, key) { return found }
      guard mayInsert else { throw .runtime(keyNotFound(slot.pointee, key), operand: 1) }
      lm_retain(key)
      guard lm_map_set(slot.pointee.map, key, Cells.none),
        let made = lm_map_find(slot.pointee.map, key)
      else {
        lm_release(key)
        throw .runtime(.outOfMemory)
      }
      return made
    case (_, .field):
      throw .runtime(
        .fieldAssignment(type: Cells.value(of: slot.pointee).summary), operand: 0)
    case (Cells.tupleTag, .components):
      throw .runtime(.indexType(type: "Tuple", index: "a slice in an assignment"), operand: 1)
    default:
      throw .runtime(.notIndexable(type: Cells.value(of: slot.pointee).summary), operand: 0)
    }
  }

  private func makeUnique(
    _ slot: UnsafeMutablePointer<lm_cell>, _ copy: (lm_cell) -> lm_cell?
  ) throws(MachineFailure) {
    if lm_is_unique(slot.pointee.object) { return }
    guard let made = copy(slot.pointee) else { throw .runtime(.outOfMemory) }
    set(slot, made)
  }

  private func storeInTensor(
    _ value: lm_cell, _ slot: UnsafeMutablePointer<lm_cell>, _ place: Place,
    _ rest: ArraySlice<Place>
  ) throws(MachineFailure) {
    guard rest.isEmpty else {
      throw .runtime(.indexType(type: "Tensor", index: "an index of an index in an assignment"))
    }
    let components = try components(of: place, slot)
    let operand = try operand(of: value)
    if !lm_is_unique(slot.pointee.object) {
      set(slot, Cells.cell(of: Cells.tensor(slot.pointee.tensor)))
    }
    // The tensor is taken out of its cell, so that the storage has one holder if it has no other.
    guard let object = slot.pointee.tensor, let pointer = object.pointee.storage else { return }
    var tensor = Cells.borrowedTensor(object)
    Unmanaged<Storage>.fromOpaque(pointer).release()
    object.pointee.storage = nil
    defer {
      let isOwned = tensor.isUnique
      Cells.fill(object, with: tensor)
      object.pointee.owned = isOwned ? 1 : 0
    }
    do throws(TensorError) {
      try tensor.assign(operand, at: components)
    } catch {
      throw .tensor(error, operation: "x[…] =")
    }
  }

  private func components(of place: Place, _ slot: UnsafeMutablePointer<lm_cell>)
    throws(MachineFailure) -> [IndexComponent]
  {
    switch place {
    case .key(let key): return [try indexComponent(Cells.value(of: key).primal, operand: 1)]
    case .components(let descriptor): return try indexComponents(descriptor)
    case .field:
      throw .runtime(
        .fieldAssignment(type: Cells.borrowedValue(of: slot.pointee).summary), operand: 0)
    }
  }

  /// Stores where the tensor or the value is under differentiation; false when neither is.
  private func storeTraced(
    _ value: lm_cell, _ slot: UnsafeMutablePointer<lm_cell>, _ place: Place,
    _ rest: ArraySlice<Place>
  ) throws(MachineFailure) -> Bool {
    guard rest.isEmpty, slot.pointee.tag == Cells.boxTag || Cells.mayHoldTraced(value) else {
      return false
    }
    let part = Cells.value(of: value)
    let whole = Cells.borrowedValue(of: slot.pointee)
    guard whole.isTraced || part.containsTraced, let target = Cells.value(of: slot.pointee).variable
    else { return false }
    let components = try components(of: place, slot)
    do throws(CallFailure) {
      guard let source = try part.asOperandVariable() else {
        throw CallFailure.diagnostic(RuntimeError.elementAssignment(type: part.summary).diagnostic)
      }
      let stored = try tensorResult { () throws(TensorError) in
        try target.assigning(source, at: components)
      }
      set(slot, Value(stored))
    } catch {
      throw .call(error, operation: "x[…] =")
    }
    return true
  }

  private func operand(of cell: lm_cell) throws(MachineFailure) -> Operand {
    let value = Cells.value(of: cell)
    if let scalar = value.scalar { return .scalar(scalar) }
    do throws(CallFailure) {
      if let tensor = try value.stackedTensor() { return .tensor(tensor) }
    } catch {
      throw .call(error, operation: "x[…] =")
    }
    throw .runtime(.elementAssignment(type: value.summary), operand: 2)
  }
}
