internal import TensorCore

/// Maps, and records as values with fields.
let mapBuiltins: [Builtin] = [
  Builtin(
    "keys", [.required("m")],
    "The keys of a map as a tuple, in the order of insertion; the names of a record.",
    examples: [("keys({\"a\": 1, \"b\": 2})", "(\"a\", \"b\")")], body: Maps.keys),
  Builtin(
    "values", [.required("m")], "The values of a map or record as a tuple.",
    examples: [("values({\"a\": 1, \"b\": 2})", "(1, 2)")], body: Maps.values),
  Builtin(
    "items", [.required("m")], "The pairs (key, value) of a map or record as a tuple.",
    examples: [("items({\"a\": 1})", "((\"a\", 1),)")], body: Maps.items),
  Builtin(
    "get", [.required("m"), .required("key"), .optional("default", "none")],
    "The value of a key, field or position; `default` when there is none.",
    examples: [("get({\"a\": 1}, \"z\", 0)", "0"), ("get((lr = 0.1), \"lr\")", "0.1")],
    body: Maps.get),
  Builtin(
    "has", [.required("m"), .required("key")], "Whether a map has the key, or a record the field.",
    examples: [("has({\"a\": 1}, \"a\")", "true")], body: Maps.has),
  Builtin(
    "remove", [.required("m"), .required("key")],
    "The map without the key, the record without the field; the tuple without the element at a position.",
    examples: [
      ("remove({\"a\": 1, \"b\": 2}, \"a\")", "{\"b\": 2}"), ("remove((1, 2, 3), 0)", "(2, 3)"),
    ],
    body: Maps.remove),
  Builtin(
    "merge", [.required("a"), .required("b")],
    "Two maps or records in one; where both have a key, the second counts.",
    examples: [
      ("merge({\"a\": 1}, {\"a\": 2, \"b\": 3})", "{\"a\": 2, \"b\": 3}"),
      ("merge((lr = 0.1, n = 1), (n = 2))", "(lr = 0.1, n = 2)"),
    ], body: Maps.merge),
  Builtin(
    "map_of", [.required("pairs")], "The map of the pairs (key, value), or of a record's fields.",
    examples: [("map_of(((\"a\", 1), (\"b\", 2)))", "{\"a\": 1, \"b\": 2}")], body: Maps.mapOf),
  Builtin(
    "record_of", [.required("pairs")],
    "The record of the pairs (name, value), or of a map whose keys are names.",
    examples: [("record_of(((\"lr\", 0.1), (\"n\", 5)))", "(lr = 0.1, n = 5)")], body: Maps.recordOf
  ),
  Builtin(
    "fields", [.required("r")], "The names of a record's fields as a tuple.",
    examples: [("fields((lr = 0.1, n = 5))", "(\"lr\", \"n\")")], body: Maps.fields),
  Builtin(
    "with_field", [.required("r"), .required("name"), .required("value")],
    "The record with a field of this name, changed or added at the end.",
    examples: [("with_field((lr = 0.1), \"n\", 5)", "(lr = 0.1, n = 5)")], body: Maps.withField),
]

private enum Maps {
  /// Keys and values of a map or record.
  private static func entries(
    _ context: CallContext, _ index: Int
  ) throws(CallFailure) -> [(key: Value, value: Value)] {
    switch context.value(index) {
    case .map(let map): return map.entries
    case .record(let record):
      return zip(record.names, record.values).map { (key: .string($0), value: $1) }
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .range, .function, .module,
      .external, .traced:
      throw context.wrongType(index, wanted: "a Map or a Record")
    }
  }

  /// Keys and values of a map, a record or a tuple of pairs.
  private static func pairs(_ context: CallContext) throws(CallFailure) -> [(
    key: Value, value: Value
  )] {
    guard case .tuple(let values) = context.value(0) else { return try entries(context, 0) }
    var pairs: [(key: Value, value: Value)] = []
    for (position, value) in values.enumerated() {
      guard let pair = value.elementsIfTuple, pair.count == 2 else {
        throw context.wrongType(
          0, found: value, within: "element \(position)", wanted: "a pair (key, value)")
      }
      pairs.append((pair[0], pair[1]))
    }
    return pairs
  }

  /// A record of entries whose keys are names; a later one replaces an earlier one.
  private static func record(
    _ entries: [(key: Value, value: Value)], _ context: CallContext
  ) throws(CallFailure) -> Value {
    var fields: [(String, Value)] = []
    var positions: [String: Int] = [:]
    for entry in entries {
      guard case .string(let name) = entry.key else {
        throw context.wrongType(0, found: entry.key, within: "a name", wanted: "a Str")
      }
      guard name.isFieldName else {
        throw context.wrongValue(
          0, found: name.quoted, requirement: "names of letters, digits and `_`")
      }
      if let position = positions[name] {
        fields[position].1 = entry.value
      } else {
        positions[name] = fields.count
        fields.append((name, entry.value))
      }
    }
    return .record(RecordValue(fields))
  }

  static func keys(_ context: inout CallContext) throws(CallFailure) -> Value {
    .tuple(TupleValue(try entries(context, 0).map(\.key)))
  }

  static func values(_ context: inout CallContext) throws(CallFailure) -> Value {
    .tuple(TupleValue(try entries(context, 0).map(\.value)))
  }

  static func items(_ context: inout CallContext) throws(CallFailure) -> Value {
    .tuple(TupleValue(try entries(context, 0).map { .tuple(TupleValue([$0.key, $0.value])) }))
  }

  static func get(_ context: inout CallContext) throws(CallFailure) -> Value {
    switch context.value(0) {
    case .map(let map): return map[context.value(1)] ?? context.value(2)
    case .record(let record): return record[try context.string(1)] ?? context.value(2)
    case .tuple(let values):
      let position = try context.int(1)
      let resolved = position < 0 ? position + values.count : position
      return values.indices.contains(resolved) ? values[resolved] : context.value(2)
    case .module(let module): return module.member(try context.string(1)) ?? context.value(2)
    case .none, .bool, .int, .float, .complex, .string, .tensor, .range, .function, .external,
      .traced:
      throw context.wrongType(0, wanted: "a Map, a Record or a Tuple")
    }
  }

  static func has(_ context: inout CallContext) throws(CallFailure) -> Value {
    switch context.value(0) {
    case .map(let map): return .bool(map[context.value(1)] != nil)
    case .record(let record): return .bool(record[try context.string(1)] != nil)
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .range, .function, .module,
      .external, .traced:
      throw context.wrongType(
        0, wanted: "a Map or a Record", hint: "`x in xs` looks for an element")
    }
  }

  static func remove(_ context: inout CallContext) throws(CallFailure) -> Value {
    switch context.value(0) {
    case .map(let map): return .map(map.removing(context.value(1)))
    case .record(let record):
      let name = try context.string(1)
      let kept = zip(record.names, record.values).filter { $0.0 != name }
      return .record(RecordValue(kept.map { ($0.0, $0.1) }))
    case .tuple(let values):
      let position = try context.int(1)
      let resolved = position < 0 ? position + values.count : position
      guard values.indices.contains(resolved) else {
        throw .tensor(
          .indexOutOfRange(
            index: position, axis: 0, size: values.count, shape: Shape([values.count])))
      }
      return .tuple(TupleValue(Array(values[..<resolved]) + Array(values[(resolved + 1)...])))
    case .none, .bool, .int, .float, .complex, .string, .tensor, .range, .function, .module,
      .external, .traced:
      throw context.wrongType(0, wanted: "a Map, a Record or a Tuple")
    }
  }

  static func merge(_ context: inout CallContext) throws(CallFailure) -> Value {
    let both = try entries(context, 0) + (try entries(context, 1))
    if case .record = context.value(0) { return try record(both, context) }
    return .map(try MapValue(both))
  }

  static func mapOf(_ context: inout CallContext) throws(CallFailure) -> Value {
    .map(try MapValue(try pairs(context)))
  }

  static func recordOf(_ context: inout CallContext) throws(CallFailure) -> Value {
    try record(try pairs(context), context)
  }

  static func fields(_ context: inout CallContext) throws(CallFailure) -> Value {
    .tuple(TupleValue(try context.record(0).names.map(Value.string)))
  }

  static func withField(_ context: inout CallContext) throws(CallFailure) -> Value {
    let record = try context.record(0)
    let entries = zip(record.names, record.values).map { (key: Value.string($0), value: $1) }
    return try Maps.record(
      entries + [(key: .string(try context.string(1)), value: context.value(2))], context)
  }
}

extension String {
  /// Whether the text can be written as the name of a field.
  var isFieldName: Bool {
    guard let first = unicodeScalars.first, first == "_" || first.properties.isXIDStart else {
      return false
    }
    return unicodeScalars.allSatisfy { $0.properties.isXIDContinue }
  }
}
