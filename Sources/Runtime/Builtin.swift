package import Diagnostics
package import TensorCore

/// A function of the language written in Swift. `?name`, completion, static checks of calls and the
/// example's test
/// derive from the entry.
package struct Builtin: Sendable {
  package let name: String
  package let signature: Signature
  /// One sentence; more may follow after a blank line.
  package let summary: String
  /// Lines of the language with what they show; run as tests. Empty only for effects that cannot be
  /// shown.
  package let examples: [(code: String, gives: String)]
  package let body: @Sendable (inout CallContext) throws(CallFailure) -> Value

  package init(
    _ name: String, _ parameters: [Signature.Parameter], _ summary: String,
    examples: [(code: String, gives: String)],
    body: @escaping @Sendable (inout CallContext) throws(CallFailure) -> Value
  ) {
    self.name = name
    self.signature = Signature(parameters)
    self.summary = summary
    self.examples = examples
    self.body = body
  }
}

/// The parameters of anything callable.
package struct Signature: Sendable {
  package struct Parameter: Sendable {
    package enum Kind: Sendable {
      case required
      /// May be left out; `text` is the default as documentation shows it.
      case optional(text: String)
      /// `rest...`: takes the remaining positional arguments; arrives as a tuple.
      case rest
      /// Only by name, may be left out.
      case named(text: String)
      /// Takes every named argument no other parameter has; arrives as a record.
      case namedRest
    }

    package let name: String
    package let kind: Kind

    package init(_ name: String, _ kind: Kind = .required) {
      self.name = name
      self.kind = kind
    }
  }

  package let parameters: [Parameter]

  package init(_ parameters: [Parameter]) { self.parameters = parameters }
}

/// Why a builtin could not answer: a typed tensor error, or a code with a sentence. The machine
/// adds span and trace.
package enum CallFailure: Error, Sendable {
  case tensor(TensorError)
  /// A finished diagnostic without location; `argument` is the index of the parameter at fault,
  /// whose span is then marked.
  case diagnostic(Diagnostic, argument: Int? = nil)
  /// An error already raised by code called back (`map(f, xs)`): passed on as it is.
  case raised

  /// A tensor's error, or that of code it called back.
  init(_ error: TensorError) {
    if case .callback(let inner) = error, let failure = inner as? CallFailure {
      self = failure
    } else {
      self = .tensor(error)
    }
  }
}

/// One call of a builtin: its arguments, in the order of the parameters, and what it may do to the
/// world.
package struct CallContext {
  /// nil: left out.
  package let arguments: [Value?]
  package let builtinName: String
  /// What the arguments are called in messages; without it they are numbered.
  package let signature: Signature
  package let host: any CallHost

  package init(
    arguments: [Value?], builtinName: String, signature: Signature = Signature([]),
    host: any CallHost
  ) {
    self.arguments = arguments
    self.builtinName = builtinName
    self.signature = signature
    self.host = host
  }

  /// A call of `builtin`; `arguments` are in the order of its parameters.
  package init(_ builtin: Builtin, _ arguments: [Value?], host: any CallHost) {
    self.init(
      arguments: arguments, builtinName: builtin.name, signature: builtin.signature, host: host)
  }
}

/// What the session gives to a running builtin.
package protocol CallHost: AnyObject {
  /// Calls a function value of the language.
  func call(_ function: Value, _ arguments: [Value]) throws(CallFailure) -> Value
  /// Standard output of the cell.
  func write(_ text: String)
  /// Shows a value as `show(v)` or a cell's last value does.
  func show(_ item: DisplayItem)
  func warn(_ diagnostic: Diagnostic)
  /// What the front end can display.
  var displayRequest: DisplayRequest { get }
  /// Resolves a path of the user's against the folder of the notebook or script.
  func resolve(path: String) -> String
  /// The folder of the standard modules and their data.
  var standardLibraryFolder: String { get }
  /// The next `count` 64-bit words of the cell's own random stream.
  func nextStream(words count: Int) -> PhiloxStream
  /// Where the cell's random stream stands: to draw the same numbers again.
  var streamPosition: UInt64 { get set }
  /// - Throws: `.raised` when the user asked to stop.
  func checkInterrupt() throws(CallFailure)
  /// Where the running call stands in the user's text, when that is known.
  var currentLocation: Location? { get }
  /// Marks the running cell as not reproducible from its inputs (wrote a file, read the clock).
  func noteEffect(_ description: String)
  /// What `save` writes and `load` reads.
  var fileFormats: [FileFormat] { get }
}

extension CallHost {
  package var fileFormats: [FileFormat] { [] }
  package var currentLocation: Location? { nil }
}

extension CallContext {
  /// Whether the argument was given (and is not `none`).
  package func has(_ index: Int) -> Bool {
    guard let value = arguments[index] else { return false }
    if case .none = value { return false }
    return true
  }

  /// The value as it is; `none` when left out.
  package func value(_ index: Int) -> Value { arguments[index] ?? .none }

  // Typed access: each throws an E0402 that names the builtin, the parameter, what is wanted and
  // what was given.
  // See `CallContext+Arguments.swift`: int, float, bool, string, tensor, operand, tuple, record,
  // function, dtype, ints.
}
