internal import CMachine
internal import TensorCore

/// A tuple: any values in order. O(1) to pass and to index.
package struct TupleValue: Sendable, RandomAccessCollection {
  let reference: ObjectReference

  init(reference: ObjectReference) { self.reference = reference }

  /// - Complexity: O(count).
  package init(_ values: some Collection<Value>) {
    let tuple = Memory.required(lm_tuple_make(Int64(values.count)))
    var item = Cells.items(of: tuple)
    for value in values {
      item.pointee = Cells.cell(of: value)
      item += 1
    }
    reference = ObjectReference(owning: Cells.object(tuple))
  }

  private var tuple: UnsafeMutablePointer<lm_tuple> { reference.cast(to: lm_tuple.self) }

  /// Whether the tuple can be a key of a map.
  var isHashable: Bool {
    let cell = reference.retainedCell
    defer { lm_release(cell) }
    return lm_is_hashable(cell)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { Int(tuple.pointee.count) }

  package subscript(position: Int) -> Value {
    precondition(position >= 0 && position < endIndex, "a position in the tuple")
    return Cells.value(of: Cells.items(of: tuple)[position])
  }
}

/// A tuple with names.
package struct RecordValue: Sendable {
  let reference: ObjectReference

  init(reference: ObjectReference) { self.reference = reference }

  /// - Precondition: no name stands twice.
  package init(_ fields: [(String, Value)]) {
    let shape = Symbols.shape(of: fields.map(\.0))
    let record = Memory.required(lm_record_make(shape.pointer))
    let items = Cells.items(of: record)
    for (index, field) in fields.enumerated() { items[index] = Cells.cell(of: field.1) }
    reference = ObjectReference(owning: Cells.object(record))
  }

  private var record: UnsafeMutablePointer<lm_record> { reference.cast(to: lm_record.self) }

  package var count: Int { Int(record.pointee.shape.pointee.count) }

  package var names: [String] { Symbols.names(of: record.pointee.shape) }

  package var values: [Value] {
    let items = Cells.items(of: record)
    return (0..<count).map { Cells.value(of: items[$0]) }
  }

  package var fields: [(name: String, value: Value)] {
    zip(names, values).map { (name: $0, value: $1) }
  }

  package subscript(name: String) -> Value? {
    let position = lm_shape_find(record.pointee.shape, Symbols.number(of: name))
    return position < 0 ? nil : Cells.value(of: Cells.items(of: record)[Int(position)])
  }
}

/// Keys (Str, Int, Bool, tuples of them) to values, in the order of insertion.
package struct MapValue: Sendable {
  let reference: ObjectReference

  init(reference: ObjectReference) { self.reference = reference }

  /// A later entry replaces an earlier one of the same key.
  ///
  /// - Throws: E0407 for a key that cannot be one.
  package init(_ entries: [(key: Value, value: Value)]) throws(CallFailure) {
    let map = Memory.required(lm_map_make(Int64(entries.count)))
    reference = ObjectReference(owning: Cells.object(map))
    for entry in entries { try MapValue.set(entry.value, for: entry.key, in: map) }
  }

  private var map: UnsafeMutablePointer<lm_map> { reference.cast(to: lm_map.self) }

  package var count: Int { Int(map.pointee.count) }

  package var entries: [(key: Value, value: Value)] {
    var result: [(key: Value, value: Value)] = []
    result.reserveCapacity(count)
    for index in 0..<Int(map.pointee.used) {
      let entry = map.pointee.entries[index]
      if entry.key.tag == Cells.unboundTag { continue }
      result.append((Cells.value(of: entry.key), Cells.value(of: entry.value)))
    }
    return result
  }

  /// nil also for a key that cannot be in a map.
  package subscript(key: Value) -> Value? {
    let cell = Cells.cell(of: key)
    defer { lm_release(cell) }
    guard lm_is_hashable(cell), let found = lm_map_find(map, cell) else { return nil }
    return Cells.value(of: found.pointee)
  }

  /// - Complexity: O(count).
  /// - Throws: E0407 for a key that cannot be one.
  package func inserting(_ value: Value, for key: Value) throws(CallFailure) -> MapValue {
    let copy = MapValue(
      reference: ObjectReference(owning: Cells.object(Memory.required(lm_map_copy(map)))))
    try MapValue.set(value, for: key, in: copy.map)
    return copy
  }

  /// The map without the key; the same map when it has none.
  package func removing(_ key: Value) -> MapValue {
    let cell = Cells.cell(of: key)
    defer { lm_release(cell) }
    guard lm_is_hashable(cell), lm_map_find(map, cell) != nil else { return self }
    let copy = Memory.required(lm_map_copy(map))
    lm_map_remove(copy, cell)
    return MapValue(reference: ObjectReference(owning: Cells.object(copy)))
  }

  private static func set(_ value: Value, for key: Value, in map: UnsafeMutablePointer<lm_map>)
    throws(CallFailure)
  {
    let keyCell = Cells.cell(of: key)
    guard lm_is_hashable(keyCell) else {
      lm_release(keyCell)
      throw .diagnostic(RuntimeError.unhashableKey(key.typeName).diagnostic)
    }
    let valueCell = Cells.cell(of: value)
    guard lm_map_set(map, keyCell, valueCell) else {
      lm_release(keyCell)
      lm_release(valueCell)
      throw .tensor(
        .outOfMemory(bytes: Int(map.pointee.capacity) * 2 * MemoryLayout<lm_entry>.size))
    }
  }
}

/// What can be called.
package struct FunctionValue: Sendable {
  enum Target: Sendable {
    case closure(ObjectReference)
    case builtin(Builtin)
  }

  let target: Target

  package var name: String? {
    switch target {
    case .closure(let reference): FunctionInformation.of(reference).name
    case .builtin(let builtin): builtin.name
    }
  }

  package var signature: Signature {
    switch target {
    case .closure(let reference): FunctionInformation.of(reference).signature
    case .builtin(let builtin): builtin.signature
    }
  }

  /// The text of the `##` lines or the builtin's summary.
  package var documentation: String? {
    switch target {
    case .closure(let reference): FunctionInformation.of(reference).documentation
    case .builtin(let builtin): builtin.summary
    }
  }
}

/// A standard or user module: its top-level names.
package struct ModuleValue: Sendable {
  package let name: String
  let exports: Exports

  /// The members as they were when the module had been loaded.
  final class Exports: Sendable {
    let names: [String]
    let members: [String: Value]

    init(names: [String], members: [String: Value]) {
      self.names = names
      self.members = members
    }
  }

  package var memberNames: [String] { exports.names }

  package func member(_ name: String) -> Value? { exports.members[name] }
}
