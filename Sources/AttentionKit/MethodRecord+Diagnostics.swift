internal import Diagnostics
internal import Runtime
internal import TensorCore

// The sentences about a method's record.

extension MethodRecord {
  /// E0405: a field that the kind needs.
  func missing(_ name: String) -> CallFailure {
    if name == "kind" {
      return context.failure(
        .argumentValue, "\(label) has no field `kind`, which says what method it is",
        argument: argument, hint: "kinds are " + MethodRecord.list(Kind.allCases.map(\.rawValue)))
    }
    return context.failure(
      .argumentValue, "\(label) has no field `\(name)`, which its kind needs", argument: argument,
      hint: "the makers of the module `attention` fill in all fields")
  }

  /// E0402: a field of another type than is wanted.
  func wrongType(_ name: String, _ found: Value, wanted: String) -> CallFailure {
    context.wrongType(argument, found: found, within: "`\(name)`", wanted: wanted)
  }

  /// E0405: a word that the field cannot be.
  func unknownWord(_ name: String, _ word: String, among words: [String]) -> CallFailure {
    context.failure(
      .argumentValue,
      "`\(name)` of \(label) is \"\(word)\", it must be one of \(MethodRecord.list(words))",
      argument: argument,
      hint: Suggestion.nearest(to: word, among: words).map { "did you mean \"\($0)\"?" })
  }

  /// Runs code about the method: what it finds wrong is marked at the argument.
  func marking<Result>(
    _ body: () throws(TensorError) -> Result
  ) throws(CallFailure) -> Result {
    do throws(TensorError) {
      return try body()
    } catch {
      throw .diagnostic(error.diagnostic(operation: context.builtinName), argument: argument)
    }
  }

  private typealias Kind = AttentionMethod.Kind

  private var label: String {
    let parameters = context.signature.parameters
    return argument < parameters.count ? "`\(parameters[argument].name)`" : "the method"
  }

  private static func list(_ words: [String]) -> String {
    words.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}
