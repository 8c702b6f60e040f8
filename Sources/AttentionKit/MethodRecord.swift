internal import Runtime
internal import TensorCore

/// The record that describes a method in the language: `kind`, and fields that depend on it. Other
/// fields are left to whoever put them there.
struct MethodRecord {
  let record: RecordValue
  let context: CallContext
  /// Which argument of the call it is.
  let argument: Int

  /// The method in an argument of a call; `none` is `full`.
  ///
  /// - Throws: E0402 and E0405 for what is no method, marked at the argument.
  static func method(_ context: CallContext, _ argument: Int) throws(CallFailure)
    -> AttentionMethod
  {
    guard context.has(argument) else { return .full }
    let reader = MethodRecord(
      record: try context.record(argument), context: context, argument: argument)
    let method = try reader.read()
    return try reader.marking { () throws(TensorError) in try method.checked() }
  }

  private func read() throws(CallFailure) -> AttentionMethod {
    switch try word("kind") as AttentionMethod.Kind {
    case .full: return .full
    case .streaming: return .streaming(budget: try int("budget"), sinks: try int("sinks"))
    case .quest: return .quest(budget: try int("budget"), page: try int("page"))
    case .adamas:
      let (bits, edges, isTransformed) = (try int("bits"), try edges(), try bool("hadamard"))
      let code = try marking { () throws(TensorError) in
        try KeyCode(bits: bits, edges: edges, isTransformed: isTransformed)
      }
      return .adamas(
        budget: try int("budget"), code: code, metric: try word("metric"))
    case .oracle: return .oracle(budget: try int("budget"))
    case .random: return .random(budget: try int("budget"), seed: try int("seed"))
    }
  }

  // MARK: - Fields

  private func field(_ name: String) throws(CallFailure) -> Value {
    guard let value = record[name] else { throw missing(name) }
    return value
  }

  private func int(_ name: String) throws(CallFailure) -> Int {
    let value = try field(name)
    guard let number = value.exactInt else { throw wrongType(name, value, wanted: "an Int") }
    return number
  }

  private func bool(_ name: String) throws(CallFailure) -> Bool {
    let value = try field(name)
    guard case .bool(let flag) = value else { throw wrongType(name, value, wanted: "a Bool") }
    return flag
  }

  /// One of the words that an enumeration has.
  private func word<Word: CaseIterable & RawRepresentable<String>>(
    _ name: String
  ) throws(CallFailure) -> Word {
    let value = try field(name)
    guard case .string(let text) = value else { throw wrongType(name, value, wanted: "a Str") }
    guard let word = Word(rawValue: text) else {
      throw unknownWord(name, text, among: Word.allCases.map(\.rawValue))
    }
    return word
  }

  /// A tuple of numbers, one number, or a vector.
  private func edges() throws(CallFailure) -> [Double] {
    let value = try field("edges")
    guard let tensor = try value.stackedTensor(), tensor.rank <= 1, tensor.dtype.kind != .complex
    else { throw wrongType("edges", value, wanted: "a tuple of numbers") }
    return try marking { () throws(TensorError) in try tensor.toDoubles() }
  }
}
