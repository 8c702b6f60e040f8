internal import JSON
internal import Runtime
internal import TensorCore

/// Reads JSON as values: objects become maps, arrays tuples, numbers Ints where they are written as
/// such and fit, else Floats.
enum JSONReader {
  /// As deep as `JSONWriter` writes.
  private static let deepest = 513

  /// The one value of a text.
  ///
  /// - Parameters:
  ///   - file: what holds the text.
  ///   - range: its bytes.
  ///   - name: how messages call the file.
  /// - Complexity: O(bytes), memory for the text's values twice.
  /// - Throws: `damaged` with the place where it is no JSON, `tensor` for memory or a wish to stop.
  static func value(
    of file: FileBytes, _ range: Range<Int>, name: String
  ) throws(DataError) -> Value {
    let json: JSONText
    do throws(JSONFault) {
      json = try JSONText(
        reading: UnsafeRawBufferPointer(rebasing: file.bytes[range]), deepest: deepest
      ) { Interruption.isRequested }
    } catch {
      if Interruption.isRequested { throw .tensor(.interrupted) }
      let offset = range.lowerBound + error.offset
      throw .damaged(
        path: name, .json(byteOffset: offset, reason: "\(error.expected) is expected"))
    }
    return try value(json)
  }

  private static func value(_ json: JSONText) throws(DataError) -> Value {
    switch json {
    case .null: return .none
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .number(let number): return .float(number)
    case .string(let text): return .string(text)
    case .array(let items):
      var values: [Value] = []
      values.reserveCapacity(items.count)
      for item in items {
        if values.count & 0xffff == 0, Interruption.isRequested { throw .tensor(.interrupted) }
        values.append(try value(item))
      }
      return .tuple(TupleValue(values))
    case .object(let pairs):
      var entries: [(key: Value, value: Value)] = []
      entries.reserveCapacity(pairs.count)
      for pair in pairs {
        if entries.count & 0xffff == 0, Interruption.isRequested { throw .tensor(.interrupted) }
        entries.append((.string(pair.key), try value(pair.value)))
      }
      do throws(CallFailure) {
        return .map(try MapValue(entries))
      } catch {
        throw .tensor(.outOfMemory(bytes: entries.count * 32))
      }
    }
  }
}
