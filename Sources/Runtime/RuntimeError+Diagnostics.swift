internal import Diagnostics

extension RuntimeError {
  /// The sentence, without location: the compiler or the machine adds that.
  var diagnostic: Diagnostic {
    switch self {
    case .unboundName(let name, let suggestion, let hint):
      Diagnostic(
        .unboundName, "the name `\(name)` has no value here", note: "not defined",
        hint: suggestion.map { "did you mean `\($0)`?" } ?? hint)
    case .readBeforeAssignment(let name):
      Diagnostic(
        .readBeforeAssignment, "`\(name)` is read before it is assigned",
        note: "no value yet",
        hint:
          "a name assigned in a function belongs to that function: pass the outer value as an argument"
      )
    case .notYetBound(let name):
      Diagnostic(
        .readBeforeAssignment, "`\(name)` has no value yet", note: "not assigned on this path",
        hint: "the statement that assigns it has not run")
    case .wrongArgumentCount(let function, let given, let minimum, let maximum, let signature):
      Diagnostic(
        .wrongArgumentCount,
        "\(Self.named(function)) takes \(Self.counted(minimum, maximum)), \(given) given",
        hint: "its parameters are \(signature)")
    case .unknownNamedArgument(let function, let name, let suggestion, let signature):
      Diagnostic(
        .unknownNamedArgument, "\(Self.named(function)) has no parameter named `\(name)`",
        hint: suggestion.map { "did you mean `\($0)`?" } ?? "its parameters are \(signature)")
    case .duplicateArgument(let function, let name):
      Diagnostic(.duplicateArgument, "\(Self.named(function)) is given `\(name)` twice")
    case .missingArgument(let function, let name, let signature):
      Diagnostic(
        .missingArgument, "\(Self.named(function)) is not given `\(name)`",
        hint: "its parameters are \(signature)")
    case .notCallable(let type):
      Diagnostic(.notCallable, "a value of type \(type) cannot be called", note: type)
    case .unknownField(let name, let type, let suggestion):
      Diagnostic(
        .unknownField, "\(type) has no field `\(name)`",
        hint: suggestion.map { "did you mean `\($0)`?" })
    case .unknownMember(let name, let module, let suggestion):
      Diagnostic(
        .unknownField, "the module `\(module)` has no `\(name)`",
        hint: suggestion.map { "did you mean `\($0)`?" })
    case .unknownMethod(let name, let type, let suggestion):
      Diagnostic(
        .unknownField, "\(type) has no field `\(name)`, and there is no function of that name",
        hint: suggestion.map { "did you mean `\($0)`?" })
    case .unknownModule(let name):
      Diagnostic(.unknownModule, "there is no module `\(name)`")
    case .notIndexable(let type):
      Diagnostic(.notIndexable, "a value of type \(type) cannot be indexed", note: type)
    case .positionOutOfRange(let index, let count, let type):
      Diagnostic(
        .indexOutOfRange,
        "index \(index) is out of range for \(Value.withArticle(type)) of \(Self.plural(count, "element"))",
        note: count == 0 ? "it is empty" : "valid: \(-count) to \(count - 1)")
    case .indexType(let type, let index):
      Diagnostic(
        .notIndexable, "\(Self.a(type)) cannot be indexed by \(Self.a(index))", note: index)
    case .keyNotFound(let key, let suggestion):
      Diagnostic(
        .keyNotFound, "the map has no key \(key)",
        hint: suggestion.map { "did you mean \($0)?" }
          ?? "`m.get(key, default)` gives a default instead")
    case .unhashableKey(let type):
      Diagnostic(
        .unhashableKey, "\(Self.a(type)) cannot be a key of a map",
        hint: "keys are Str, Int, Bool or tuples of them")
    case .destructuringCount(let expected, let isMinimum, let found):
      Diagnostic(
        .destructuring,
        "the pattern takes \(isMinimum ? "at least " : "")\(Self.plural(expected, "value")), not \(Self.a(found))"
      )
    case .destructuringField(let name, let type):
      Diagnostic(
        .destructuring, "the pattern wants a field `\(name)`, which \(Self.a(type)) does not have")
    case .notIterable(let type):
      Diagnostic(
        .notIterable, "\(Self.a(type)) has no elements to go through", note: type,
        hint: type == "Int" ? "`0..n` counts from 0 to n - 1" : nil)
    case .noMatchingArm(let value):
      Diagnostic(
        .noMatchingArm, "no arm of the `match` fits \(value)",
        hint: "an arm `_ -> …` takes the rest")
    case .assertionFailed(let message):
      Diagnostic(
        .assertionFailed, message.map { "assertion failed: \($0)" } ?? "assertion failed",
        note: "this is false")
    case .ambiguousCondition(let type):
      Diagnostic(
        .ambiguousCondition, "a tensor with more than one element is no condition: \(type)",
        note: type, hint: "`any(x)` or `all(x)` makes one Bool of it")
    case .conditionType(let type):
      Diagnostic(
        .argumentType, "a condition is a Bool or a number, not \(Self.a(type))", note: type)
    case .splatType(let type):
      Diagnostic(
        .argumentType, "`...` spreads a tuple or a record, not \(Self.a(type))", note: type)
    case .fieldAssignment(let type):
      Diagnostic(.argumentType, "a value of type \(type) has no fields to assign", note: type)
    case .elementAssignment(let type):
      Diagnostic(
        .argumentType, "an element of a tensor is a number, not \(Self.a(type))", note: type)
    case .rangePart(let type):
      Diagnostic(
        .argumentType, "a part of a range is an Int, not \(Self.a(type))", note: type,
        hint: "`linspace(a, b, n)` gives evenly spaced Floats")
    case .rangeStep: Diagnostic(.argumentValue, "a range cannot go by steps of 0")
    case .contractType(let subject, let wanted, let found):
      Diagnostic(
        .contractFailed, "\(subject) is \(Self.a(found)), the contract says \(wanted)", note: wanted
      )
    case .contractRank(let subject, let wanted, let found):
      Diagnostic(
        .contractFailed, "\(subject) is \(found), the contract says \(wanted)",
        note: "another number of axes")
    case .contractSize(let subject, let axis, let wanted, let found):
      Diagnostic(
        .contractFailed, "axis \(axis) of \(subject) is \(found), the contract says \(wanted)",
        note: "\(wanted) here")
    case .contractName(let name, let size, let binder, let found, let subject):
      Diagnostic(
        .contractFailed, "`\(name)` is \(size) from \(binder), but \(found) from \(subject)",
        note: "\(found) here")
    case .unequalElements(let first, let second, let index):
      Diagnostic(
        .unequalElements,
        "element 0 is \(Self.a(first)), but element \(index) is \(Self.a(second))",
        hint: "`[…]` stacks elements of one shape; `(…)` makes a tuple of any values")
    case .unsupportedUnit(let unit):
      Diagnostic(
        .unknownUnit, "`\(unit)` is no unit that this version knows", note: "after the number",
        hint: "a product is written with `*`; only `i` (imaginary) may follow a number")
    case .codeTooLarge(let what):
      Diagnostic(
        .codeTooLarge, "this is too large to compile: \(what)", hint: "split it into functions")
    case .recursionTooDeep(let depth):
      Diagnostic(
        .recursionTooDeep, "calls are nested more than \(depth) deep",
        hint: "does the recursion end?")
    case .outOfMemory:
      Diagnostic(.outOfMemory, "the values together would need more memory than is allowed")
    case .interrupted: Diagnostic(.interrupted, "interrupted")
    case .timedOut: Diagnostic(.timedOut, "the cell ran longer than its timeout allows")
    case .unknownContractType(let name, let suggestion):
      Diagnostic(
        .contractFailed, "`\(name)` is no type",
        hint: suggestion.map { "did you mean `\($0)`?" }
          ?? "a dtype (f32, i64, …) or Int, Float, Bool, Str, Complex, Tuple, Record, Map, Range, Fn, Tensor, Any"
      )
    }
  }

  private static func counted(_ minimum: Int, _ maximum: Int?) -> String {
    guard let maximum else { return "at least \(plural(minimum, "argument"))" }
    return minimum == maximum
      ? plural(minimum, "argument") : "\(minimum) to \(plural(maximum, "argument"))"
  }

  private static func plural(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }

  /// A function as a sentence says it; one without a name stays so.
  private static func named(_ function: String) -> String {
    function == unnamedFunction ? function : "`\(function)`"
  }

  /// What stands for the name of a function that has none.
  static let unnamedFunction = "the function"

  /// A type as a sentence says it: `an Int`, but `i64[3]` and `none`.
  private static func a(_ type: String) -> String {
    type.first?.isUppercase == true ? Value.withArticle(type) : type
  }
}
