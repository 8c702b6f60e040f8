internal import DataKit
internal import Diagnostics
internal import JSON
internal import Notebook
internal import Runtime
internal import TensorCore

// Values of the language as JSON, as docs/embedding.md has it. What JSON has no word for stands in
// an object with one key that names its type; both directions have the same ones.

/// Reads the inputs of a request.
struct ValueReader {
  /// - Throws: E1001 for JSON that means no value; what reading an array file throws.
  func value(_ json: JSONText) throws(Diagnostic) -> Value {
    switch json {
    case .null: return .none
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .number(let number): return .float(number)
    case .string(let text):
      return text.hasSuffix(".npy") ? .tensor(try TensorFile.read(text)) : .string(text)
    case .array(let items): return .tuple(TupleValue(try values(items)))
    case .object(let pairs):
      if pairs.count == 1, let value = try tagged(pairs[0].key, pairs[0].value) { return value }
      if json["npy"] != nil, case .string(let text) = json["npy"] {
        // As a reply describes a tensor, with its dtype and shape.
        return .tensor(try TensorFile.read(text))
      }
      return .record(try record(pairs))
    }
  }

  private func values(_ items: [JSONText]) throws(Diagnostic) -> [Value] {
    var values: [Value] = []
    for item in items { values.append(try value(item)) }
    return values
  }

  private func record(_ pairs: [(key: String, value: JSONText)]) throws(Diagnostic) -> RecordValue {
    var fields: [(String, Value)] = []
    for pair in pairs {
      try ServeRequest.check(pair.key, within: "record")
      if fields.contains(where: { $0.0 == pair.key }) {
        throw ServeRequest.malformed("the field \"\(pair.key)\" stands twice in an object")
      }
      fields.append((pair.key, try value(pair.value)))
    }
    return RecordValue(fields)
  }

  /// The value of an object with this one key; nil when the key names no type.
  private func tagged(_ key: String, _ json: JSONText) throws(Diagnostic) -> Value? {
    switch key {
    case "npy":
      guard case .string(let text) = json else { throw wrong(key, "a path") }
      return .tensor(try TensorFile.read(text))
    case "str":
      guard case .string(let text) = json else { throw wrong(key, "a string") }
      return .string(text)
    case "float": return .float(try float(json))
    case "complex":
      guard case .array(let parts) = json, parts.count == 2 else {
        throw wrong(key, "an array of two numbers")
      }
      return .complex(Complex(try float(parts[0]), try float(parts[1])))
    case "range":
      guard case .array(let parts) = json, parts.count == 3, case .int(let start) = parts[0],
        case .int(let end) = parts[1], case .int(let step) = parts[2], step != 0
      else { throw wrong(key, "an array of start, end and step, which is not 0") }
      return .range(RangeValue(start: start, end: end, step: step))
    case "record":
      guard case .object(let pairs) = json else { throw wrong(key, "an object") }
      return .record(try record(pairs))
    case "map": return .map(try map(json))
    case "tensor": return .tensor(try tensor(json))
    default: return nil
    }
  }

  private func wrong(_ key: String, _ wanted: String) -> Diagnostic {
    ServeRequest.malformed("{\"\(key)\": …} must hold \(wanted)")
  }

  private func float(_ json: JSONText) throws(Diagnostic) -> Double {
    switch json {
    case .int(let number): return Double(number)
    case .number(let number): return number
    case .string("nan"): return .nan
    case .string("inf"): return .infinity
    case .string("-inf"): return -.infinity
    case .object(let pairs) where pairs.count == 1 && pairs[0].key == "float":
      return try float(pairs[0].value)
    case .null, .bool, .string, .array, .object:
      throw wrong("float", "a number, \"nan\", \"inf\" or \"-inf\"")
    }
  }

  private func map(_ json: JSONText) throws(Diagnostic) -> MapValue {
    guard case .array(let items) = json else { throw wrong("map", "an array of pairs") }
    var entries: [(key: Value, value: Value)] = []
    for item in items {
      guard case .array(let pair) = item, pair.count == 2 else {
        throw wrong("map", "an array of pairs")
      }
      entries.append((try value(pair[0]), try value(pair[1])))
    }
    do throws(CallFailure) {
      return try MapValue(entries)
    } catch {
      throw diagnostic(error)
    }
  }

  /// Nested arrays of numbers, as `[…]` makes a tensor of them.
  private func tensor(_ json: JSONText) throws(Diagnostic) -> Tensor {
    do throws(CallFailure) {
      if case .array(let items) = json, let tensor = try nested(items).stackedTensor() {
        return tensor
      }
    } catch {
      throw diagnostic(error)
    }
    throw wrong("tensor", "nested arrays of numbers")
  }

  private func nested(_ items: [JSONText]) throws(CallFailure) -> Value {
    do throws(Diagnostic) {
      return .tuple(TupleValue(try values(items)))
    } catch {
      throw .diagnostic(error)
    }
  }

  private func diagnostic(_ failure: CallFailure) -> Diagnostic {
    switch failure {
    case .diagnostic(let diagnostic, _): diagnostic
    case .tensor(let error): error.diagnostic(operation: "inputs")
    case .raised: Diagnostic(.internalError, "an input was computed")
    }
  }
}
