internal import Diagnostics
internal import Runtime
internal import TensorCore

/// The formats of `save` and `load`, ending by ending. A value goes to the first format of the
/// ending that takes its kind.
let fileFormats: [FileFormat] = [
  FileFormat("lmv", "any value", takes: \.isSavable, write: ValueFiles.writeLMV) {
    context throws(CallFailure) in
    try context.withFile(0) { (name, path) throws(DataError) in
      try LMVFormat.value(try FileBytes(path: path, name: name), name: name)
    }
  },
  FileFormat("npy", "one tensor in NumPy's format", takes: \.isArray, write: ValueFiles.writeNPY) {
    context throws(CallFailure) in try context.passed(to: "read_npy", [0])
  },
  FileFormat("npz", "tensors by name in NumPy's format", takes: \.hasNames) {
    context throws(CallFailure) in
    _ = try context.passed(to: "write_npz", [1, 0])
  } read: { context throws(CallFailure) in
    try context.passed(to: "read_npz", [0])
  },
  FileFormat("safetensors", "tensors by name", takes: \.hasParts) {
    context throws(CallFailure) in
    _ = try context.passed(to: "write_safetensors", [1, 0])
  } read: { context throws(CallFailure) in
    try context.passed(to: "read_safetensors", [0])
  },
  FileFormat("csv", "a table", takes: \.isTable) { context throws(CallFailure) in
    _ = try context.passed(to: "write_csv", [1, 0])
  } read: { context throws(CallFailure) in
    try context.passed(to: "read_csv", [0])
  },
  FileFormat("json", "text, numbers and structure", takes: \.isSavable, write: ValueFiles.writeJSON)
  {
    context throws(CallFailure) in
    try context.withFile(0) { (name, path) throws(DataError) in
      let file = try FileBytes(path: path, name: name)
      return try JSONReader.value(of: file, 0..<file.count, name: name)
    }
  },
  FileFormat("png", "a picture", takes: \.isArray) { context throws(CallFailure) in
    _ = try context.passed(to: "write_png", [1, 0])
  } read: { context throws(CallFailure) in
    try context.passed(to: "read_png", [0])
  },
  FileFormat("txt", "a Str", takes: { if case .string = $0 { true } else { false } }) {
    context throws(CallFailure) in
    _ = try context.passed(to: "write_text", [1, 0])
  } read: { context throws(CallFailure) in
    try context.passed(to: "read_text", [0])
  },
]

private enum ValueFiles {
  static func writeLMV(_ context: inout CallContext) throws(CallFailure) {
    let value = context.value(0)
    var refusal: LMVFormat.Refusal?
    let call = context
    try call.write(1) { _ throws(DataError) in
      switch try LMVFormat.bytes(of: value) {
      case .success(let bytes): return bytes
      case .failure(let found):
        refusal = found
        throw .notWritten(path: "", reason: "")
      }
    } orElse: {
      guard let refusal else { return nil }
      guard let found = refusal.value else {
        return call.failure(
          .argumentValue, "\(refusal.place.shortened) nests more than \(LMVFormat.deepest) deep",
          argument: 0)
      }
      return call.failure(
        .argumentType,
        "\(refusal.place.shortened) is \(found.describedWithArticle), which a file cannot hold",
        argument: 0)
    }
  }

  static func writeJSON(_ context: inout CallContext) throws(CallFailure) {
    let value = context.value(0)
    var refusal: JSONWriter.Refusal?
    let call = context
    try call.write(1) { _ throws(DataError) in
      var writer = try JSONWriter()
      do throws(JSONWriter.Failure) {
        try writer.write(value)
      } catch {
        switch error {
        case .data(let error): throw error
        case .refused(let found):
          refusal = found
          throw .notWritten(path: "", reason: "")
        }
      }
      return writer.bytes
    } orElse: {
      refusal.map {
        call.failure(.argumentValue, "\($0.place.shortened) \($0.reason)", argument: 0)
      }
    }
  }

  static func writeNPY(_ context: inout CallContext) throws(CallFailure) {
    _ = try context.passed(to: "write_npy", [1, 0])
  }
}

extension String {
  /// A place within a value, short enough for a sentence.
  fileprivate var shortened: String {
    utf8.count > 120 ? prefix(58) + "…" + suffix(58) : self
  }
}

extension CallContext {
  /// Calls another builtin of the kit with some of the arguments; a failure marks the argument that
  /// was given.
  fileprivate func passed(to name: String, _ places: [Int]) throws(CallFailure) -> Value {
    guard let builtin = dataKit.builtins.first(where: { $0.name == name }) else { return .none }
    var arguments = [Value?](repeating: nil, count: builtin.signature.parameters.count)
    for (index, place) in places.enumerated() { arguments[index] = self.arguments[place] }
    var call = CallContext(builtin, arguments, host: host)
    do throws(CallFailure) {
      return try builtin.body(&call)
    } catch {
      guard case .diagnostic(let diagnostic, let index?) = error, index < places.count else {
        throw error
      }
      throw .diagnostic(diagnostic, argument: places[index])
    }
  }

  /// As `write`, with an error of another kind when the content cannot be made.
  fileprivate func write(
    _ index: Int, _ bytes: (String) throws(DataError) -> GrowingBytes,
    orElse failure: () -> CallFailure?
  ) throws(CallFailure) {
    do throws(CallFailure) {
      try write(index, bytes)
    } catch {
      throw failure() ?? error
    }
  }
}

extension Value {
  /// Whether a file could hold the value, as far as its outermost part tells.
  fileprivate var isSavable: Bool {
    switch self {
    case .function, .module, .external, .traced: false
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .record, .map, .range: true
    }
  }

  /// What can be one tensor.
  fileprivate var isArray: Bool {
    switch self {
    case .tensor, .int, .float, .bool, .complex, .range, .tuple: true
    case .none, .string, .record, .map, .function, .module, .external, .traced: false
    }
  }

  fileprivate var hasNames: Bool {
    switch self {
    case .record, .map: true
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .range, .function, .module,
      .external, .traced:
      false
    }
  }

  fileprivate var hasParts: Bool { if case .tuple = self { true } else { hasNames } }

  fileprivate var isTable: Bool {
    if case .record = self { return true }
    return isArray
  }
}
