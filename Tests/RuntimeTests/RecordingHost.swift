import Diagnostics
import TensorCore

@testable import Runtime

/// Stands in for a session: runs builtins and keeps what they did.
final class RecordingHost: CallHost {
  var output = ""
  var shown: [DisplayItem] = []
  var warnings: [Diagnostic] = []
  var effects: [String] = []
  var stream = PhiloxStream(seed: 0)
  var currentLocation: Location?
  let displayRequest = DisplayRequest()
  let standardLibraryFolder = "stdlib"

  /// Values are made without a session, so nothing else has told the machine's objects how to die.
  init() { precondition(HostObjects.areReleasable, "once is enough") }

  func call(_ function: Value, _ arguments: [Value]) throws(CallFailure) -> Value {
    guard case .function(let value) = function, case .builtin(let builtin) = value.target else {
      throw .raised
    }
    return try run(builtin, arguments)
  }

  func write(_ text: String) { output += text }
  func show(_ item: DisplayItem) { shown.append(item) }
  func warn(_ diagnostic: Diagnostic) { warnings.append(diagnostic) }
  func resolve(path: String) -> String { path }
  func checkInterrupt() throws(CallFailure) {}
  func noteEffect(_ description: String) { effects.append(description) }

  var streamPosition: UInt64 = 0

  func nextStream(words count: Int) -> PhiloxStream {
    let current = stream
    stream.position += UInt64(count)
    return current
  }

  /// Calls a builtin as the machine does: positional arguments in order, `rest` as a tuple.
  func run(
    _ builtin: Builtin, _ arguments: [Value], named: [String: Value] = [:]
  ) throws(CallFailure) -> Value {
    var remaining = arguments[...]
    var arranged: [Value?] = []
    for parameter in builtin.signature.parameters {
      switch parameter.kind {
      case .required, .optional: arranged.append(named[parameter.name] ?? remaining.popFirst())
      case .rest:
        arranged.append(.tuple(TupleValue(Array(remaining))))
        remaining = []
      case .named: arranged.append(named[parameter.name])
      case .namedRest:
        arranged.append(
          .record(RecordValue(named.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })))
      }
    }
    var context = CallContext(builtin, arranged, host: self)
    return try builtin.body(&context)
  }

  /// Calls the builtin of this name.
  func call(
    _ name: String, _ arguments: Value..., named: [String: Value] = [:]
  ) throws(CallFailure) -> Value {
    guard let builtin = BuiltinTable.all.first(where: { $0.name == name }) else { throw .raised }
    return try run(builtin, arguments, named: named)
  }

  /// The result as it is shown.
  func shows(
    _ name: String, _ arguments: Value..., named: [String: Value] = [:]
  ) throws(CallFailure) -> String {
    guard let builtin = BuiltinTable.all.first(where: { $0.name == name }) else { throw .raised }
    return try run(builtin, arguments, named: named).displayText
  }
}

/// The code with which `body` fails; nil when it does not, or passes on an error of called code.
func failureCode(_ body: () throws(CallFailure) -> Void) -> DiagnosticCode? {
  failure(body)?.code
}

/// The diagnostic with which `body` fails.
func failure(_ body: () throws(CallFailure) -> Void) -> Diagnostic? {
  do {
    try body()
    return nil
  } catch {
    switch error {
    case .diagnostic(let diagnostic, _): return diagnostic
    case .tensor(let error): return error.diagnostic(operation: "operation")
    case .raised: return nil
    }
  }
}

/// The index of the argument that the failure of `body` points at.
func failingArgument(_ body: () throws(CallFailure) -> Void) -> Int? {
  do {
    try body()
  } catch {
    if case .diagnostic(_, let argument) = error { return argument }
  }
  return nil
}

// Short ways to write values.

func tuple(_ values: Value...) -> Value { .tuple(TupleValue(values)) }

func record(_ fields: (String, Value)...) -> Value { .record(RecordValue(fields)) }

func tensor(_ numbers: [Double], _ sizes: [Int]? = nil) throws -> Value {
  .tensor(try Tensor(numbers, shape: sizes.map { Shape($0) }))
}

func tensor(_ numbers: [Int], _ sizes: [Int]? = nil) throws -> Value {
  .tensor(try Tensor(numbers, shape: sizes.map { Shape($0) }))
}

/// A function of the language made of a Swift closure.
func function(
  _ parameterCount: Int, _ body: @escaping @Sendable ([Value]) throws(CallFailure) -> Value
) -> Value {
  let parameters = (0..<parameterCount).map { Signature.Parameter("p\($0)") }
  let builtin = Builtin("test", parameters, "For a test.", examples: []) {
    (context: inout CallContext) throws(CallFailure) -> Value in
    try body(context.arguments.map { $0 ?? .none })
  }
  return .function(FunctionValue(target: .builtin(builtin)))
}

extension Value: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int) { self = .int(value) }
}

extension Value: ExpressibleByFloatLiteral {
  package init(floatLiteral value: Double) { self = .float(value) }
}

extension Value: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self = .string(value) }
}

extension Value: ExpressibleByBooleanLiteral {
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}
