internal import JSON
internal import Runtime
internal import TensorCore

/// Writes values as JSON: maps with Str keys and records become objects, tuples, ranges and tensors
/// arrays, `none` null.
struct JSONWriter {
  private(set) var bytes: GrowingBytes

  /// What JSON cannot say, and where it stands.
  struct Refusal: Error {
    let place: String
    let reason: String
  }

  enum Failure: Error {
    case refused(Refusal)
    case data(DataError)
  }

  init() throws(DataError) { bytes = try GrowingBytes(capacity: 4096) }

  /// - Throws: the place of a number that is not finite, a complex number, a function; memory.
  mutating func write(_ value: Value, place: String = "value", depth: Int = 0) throws(Failure) {
    guard depth <= 512 else {
      throw .refused(Refusal(place: place, reason: "nests too deep"))
    }
    switch value {
    case .none: try put("null")
    case .bool(let flag): try put(flag ? "true" : "false")
    case .int(let number): try put(String(number))
    case .float(let number):
      guard number.isFinite else {
        throw .refused(Refusal(place: place, reason: "is \(number), which JSON cannot say"))
      }
      try put("\(number)")
    case .string(let text): try put(JSONText.quoted(text))
    case .tuple(let values): try list(values.count, place, depth) { values[$0] }
    case .range(let range):
      guard range.count <= 1 << 28 else { throw .data(.tensor(.outOfMemory(bytes: .max))) }
      try list(range.count, place, depth) { .int(range.start + $0 * range.step) }
    case .tensor(let tensor):
      guard tensor.rank > 0 else {
        return try write(Value(tensor.scalar(at: 0)), place: place, depth: depth)
      }
      try list(tensor.shape[0], place, depth) { position in
        let row = tensor.selecting(position, axis: 0)
        return row.rank == 0 ? Value(row.scalar(at: 0)) : .tensor(row)
      }
    case .record(let record):
      try object(record.fields.map { ($0.name, $0.value) }, place, depth)
    case .map(let map):
      var fields: [(String, Value)] = []
      for entry in map.entries {
        guard case .string(let key) = entry.key else {
          throw .refused(
            Refusal(
              place: "a key of \(place)", reason: "is \(entry.key.describedWithArticle), no Str"))
        }
        fields.append((key, entry.value))
      }
      try object(fields, place, depth)
    case .complex, .function, .module, .external, .traced:
      throw .refused(
        Refusal(place: place, reason: "is \(value.describedWithArticle), which JSON cannot say"))
    }
  }

  private mutating func list(
    _ count: Int, _ place: String, _ depth: Int, _ element: (Int) -> Value
  ) throws(Failure) {
    try put("[")
    for position in 0..<count {
      if position & 0xffff == 0xffff, Interruption.isRequested {
        throw .data(.tensor(.interrupted))
      }
      if position > 0 { try put(", ") }
      try write(element(position), place: "\(place)[\(position)]", depth: depth + 1)
    }
    try put("]")
  }

  private mutating func object(
    _ fields: [(name: String, value: Value)], _ place: String, _ depth: Int
  ) throws(Failure) {
    try put("{")
    for (position, field) in fields.enumerated() {
      if position > 0 { try put(", ") }
      try put(JSONText.quoted(field.name) + ": ")
      try write(field.value, place: "\(place).\(field.name)", depth: depth + 1)
    }
    try put("}")
  }

  private mutating func put(_ text: String) throws(Failure) {
    do throws(DataError) { try bytes.append(text: text) } catch { throw .data(error) }
  }
}
