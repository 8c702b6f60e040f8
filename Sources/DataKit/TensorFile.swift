package import Diagnostics
internal import Runtime
package import TensorCore

/// Single tensors in files of NumPy's format, for front ends that hand them over.
package enum TensorFile {
  /// The tensor in a file. Integers of other sizes become the next larger dtype here.
  ///
  /// - Throws: E0801…E0803 when there is none, it cannot be read or is damaged; E0502, E0503.
  package static func read(_ path: String) throws(Diagnostic) -> Tensor {
    try diagnosed { () throws(DataError) in
      let file = try FileBytes(path: path, name: path)
      return try NPYFormat.tensor(file, count: file.count, name: path)
    }
  }

  /// Writes a tensor, row-major; nobody sees half of the file.
  ///
  /// - Throws: E0804 when the file cannot be written; E0502, E0503.
  package static func write(_ tensor: Tensor, to path: String) throws(Diagnostic) {
    try diagnosed { () throws(DataError) in
      let content = try NPYFormat.bytes(of: tensor)
      try FileWriter.write(
        UnsafeRawBufferPointer(start: content.storage.bytes, count: content.count), to: path,
        name: path)
      withExtendedLifetime(content.storage) {}
    }
  }

  private static func diagnosed<Result>(
    _ body: () throws(DataError) -> Result
  ) throws(Diagnostic) -> Result {
    do throws(DataError) {
      return try body()
    } catch {
      switch error.failure(argument: 0) {
      case .diagnostic(let diagnostic, _): throw diagnostic
      case .tensor(let error): throw error.diagnostic(operation: "the file")
      case .raised: throw Diagnostic(.internalError, "reading or writing a file called back")
      }
    }
  }
}
