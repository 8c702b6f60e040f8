internal import Diagnostics
internal import Synchronization
internal import TensorCore

/// A stream of random numbers that a user holds in hand. It serves one draw or one split.
final class KeyValue: ExternalValue {
  /// What used a key: the builtin, and where when that is known.
  struct Use: Sendable {
    let builtinName: String
    let location: Location?
  }

  let stream: PhiloxStream
  private let firstUse = Mutex<Use?>(nil)

  init(_ stream: PhiloxStream) { self.stream = stream }

  /// Marks the key as used.
  ///
  /// - Returns: the earlier use when there was one.
  func noteUse(_ use: Use) -> Use? {
    firstUse.withLock { first in
      if let first { return first }
      first = use
      return nil
    }
  }

  var typeName: String { "Key" }

  /// The two words that define the stream, in hexadecimal.
  var summary: String {
    "Key(" + String(stream.key.0, radix: 16) + ", " + String(stream.key.1, radix: 16) + ")"
  }

  func display(_ request: DisplayRequest) throws(Diagnostic) -> DisplayItem {
    DisplayItem([.init(text: summary)])
  }

  func isEqual(to other: any ExternalValue) -> Bool {
    (other as? KeyValue)?.stream == stream
  }
}

/// What keys are used for.
enum RandomKeys {
  static let mostParts = 1 << 24

  /// The stream of a key, which is then used up.
  ///
  /// - Throws: E0414, which shows both uses, when the key was used before.
  static func use(
    _ key: KeyValue, _ context: CallContext, argument: Int
  ) throws(CallFailure) -> PhiloxStream {
    let use = KeyValue.Use(
      builtinName: context.builtinName, location: context.host.currentLocation)
    if let first = key.noteUse(use) { throw context.keyReused(first, argument: argument) }
    return key.stream
  }

  /// `count` keys whose streams do not meet each other or the key's own.
  ///
  /// - Throws: E0405 for a count below 1, E0414 when the key was used before.
  static func split(
    _ key: KeyValue, _ count: Int, _ context: CallContext
  ) throws(CallFailure) -> Value {
    guard count >= 1, count <= mostParts else {
      throw context.wrongValue(1, found: String(count), requirement: "from 1 to \(mostParts)")
    }
    let stream = try use(key, context, argument: 0)
    return .tuple(
      TupleValue((0..<count).map { Value.external(KeyValue(stream.split(UInt64($0)))) }))
  }
}
