internal import Diagnostics

/// What consecutive items gave.
struct ItemBlock {
  enum Failure {
    /// Found in code of the language: it has its place and the calls within the item.
    case raised(Diagnostic)
    /// Stands at the call of `pmap`.
    case atCall(Diagnostic)
  }

  /// Empty when an item failed.
  var values: [Value] = []
  /// What the items did, in their order, up to the first that failed.
  var events: [SessionEvent] = []
  /// Of the first that failed.
  var failure: Failure?

  init() {}

  // MARK: - Between ranks

  /// The block for other ranks.
  ///
  /// - Parameter count: the number of all items, which all ranks must agree on.
  func bytes(count: Int) -> [UInt8] {
    do throws(UnsendableValue) {
      return try encoded(count)
    } catch {
      var refused = self
      refused.values = []
      refused.failure = .atCall(
        Diagnostic(
          .argumentType,
          "`pmap`: a result\(error.path.isEmpty ? "" : " holds at `\(error.path)` what") is a "
            + "\(error.type), which cannot be given to other ranks"))
      return (try? refused.encoded(count)) ?? []
    }
  }

  private func encoded(_ count: Int) throws(UnsendableValue) -> [UInt8] {
    var writer = ByteWriter()
    writer.int(count)
    writer.int(values.count)
    for (index, value) in values.enumerated() { try writer.value(value, path: "[\(index)]") }
    writer.int(events.count)
    for event in events { writer.event(event) }
    switch failure {
    case nil: writer.byte(0)
    case .raised(let diagnostic):
      writer.byte(1)
      writer.diagnostic(diagnostic)
    case .atCall(let diagnostic):
      writer.byte(2)
      writer.diagnostic(diagnostic)
    }
    return writer.bytes
  }

  private init(
    _ bytes: [UInt8], count: Int, _ sources: inout [SourceText]
  ) throws(ByteFault) {
    var reader = ByteReader(bytes)
    reader.sources = sources
    guard try reader.int() == count else { throw ByteFault() }
    for _ in 0..<(try reader.count()) { values.append(try reader.value()) }
    for _ in 0..<(try reader.count()) { events.append(try reader.event()) }
    switch try reader.byte() {
    case 1: failure = .raised(try reader.diagnostic())
    case 2: failure = .atCall(try reader.diagnostic())
    default: break
    }
    sources = reader.sources
  }

  /// The blocks of all ranks as one: what a single rank would have given.
  ///
  /// - Parameter sources: texts that errors and warnings may point into.
  /// - Throws: E0901 when the ranks do not work on the same items.
  init(_ parts: [[UInt8]], count: Int, sources: [SourceText]) throws(Diagnostic) {
    var sources = sources
    for part in parts where failure == nil {
      do throws(ByteFault) {
        let block = try ItemBlock(part, count: count, &sources)
        values += block.values
        events += block.events
        failure = block.failure
      } catch {
        throw Diagnostic(
          .internalError, "the ranks do not call `pmap` with the same items",
          hint: "what all ranks compute must not depend on the clock, the rank or the machine")
      }
    }
    if failure != nil { values = [] }
  }
}
