internal import Diagnostics
internal import Runtime
internal import TensorCore

extension CallContext {
  /// A path as the user gave it, and where it leads from the folder of the notebook or script.
  func path(_ index: Int) throws(CallFailure) -> (name: String, path: String) {
    let name = try string(index)
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw failure(.argumentValue, "the path is empty or holds a zero byte", argument: index)
    }
    return (name, host.resolve(path: name))
  }

  /// Runs the work on the file whose path is the argument at `index`, and turns its errors into the
  /// call's.
  func withFile<Result>(
    _ index: Int, _ body: (_ name: String, _ path: String) throws(DataError) -> Result
  ) throws(CallFailure) -> Result {
    let (name, path) = try path(index)
    do throws(DataError) {
      return try body(name, path)
    } catch {
      throw error.failure(argument: index)
    }
  }

  /// Writes a whole file; the cell is then no function of its inputs alone.
  func write(_ index: Int, _ bytes: (String) throws(DataError) -> GrowingBytes) throws(CallFailure)
  {
    try withFile(index) { (name, path) throws(DataError) in
      let content = try bytes(name)
      // Once for all ranks of one program.
      var failure: DataError?
      let problem = Ranks.onFirst {
        do throws(DataError) {
          try FileWriter.write(
            UnsafeRawBufferPointer(start: content.storage.bytes, count: content.count), to: path,
            name: name)
          return nil
        } catch {
          failure = error
          guard case .notWritten(_, let reason) = error else {
            return Diagnostic(.fileNotWritten, "the first rank could not")
          }
          return Diagnostic(.fileNotWritten, reason)
        }
      }
      withExtendedLifetime(content.storage) {}
      if let failure { throw failure }
      if let problem { throw .notWritten(path: name, reason: problem.message) }
    }
    host.noteEffect("wrote \(try string(index))")
  }

  /// One character that separates fields.
  func separator(_ index: Int) throws(CallFailure) -> UInt8 {
    let text = try string(index, default: ",")
    guard text.utf8.count == 1, let byte = text.utf8.first, byte != 0x22, byte != 0x0a, byte != 0x0d
    else {
      throw wrongValue(
        index, found: text.debugDescription,
        requirement: "one ASCII character, no quote and no end of line")
    }
    return byte
  }
}

extension GrowingBytes {
  /// The UTF-8 of a text.
  init(_ text: String) throws(DataError) {
    try self.init(capacity: max(text.utf8.count, 16))
    var copy = text
    copy.withUTF8 { source in
      if let base = source.baseAddress { end.copyMemory(from: base, byteCount: source.count) }
    }
    count = text.utf8.count
  }
}
