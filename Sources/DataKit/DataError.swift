package import TensorCore

/// What can go wrong with a file of data: values, never sentences (`DataError+Diagnostics.swift`
/// writes those).
package enum DataError: Error, Sendable {
  case notFound(path: String)
  /// The system's reason: "permission denied".
  case unreadable(path: String, reason: String)
  case notWritten(path: String, reason: String)
  case damaged(path: String, Damage)
  case tensor(TensorError)

  /// Content that makes no sense, and where.
  package enum Damage: Sendable {
    /// The file does not begin as its format does.
    case wrongFormat(expected: String)
    case truncated(neededBytes: Int, foundBytes: Int)
    /// Compressed data that does not decompress.
    case compression(reason: String)
    case checksum(member: String)
    case archive(reason: String)
    /// An archive without the member asked for or with two of one name.
    case member(name: String, reason: String)
    case header(reason: String)
    /// A dtype as the file names it, which has none of ours to go to.
    case dtype(String)
    /// A number that the dtype asked for cannot hold, by its place in the file.
    case number(text: String, dtype: DType)
    case notText(byteOffset: Int)
    /// Text that is no JSON, and where.
    case json(byteOffset: Int, reason: String)
    /// A field of a table; both count from 1.
    case field(line: Int, column: Int, FieldFault)
  }

  package enum FieldFault: Sendable {
    case notANumber(text: String, dtype: DType)
    case missing(dtype: DType)
    case doesNotFit(text: String, dtype: DType)
    case unterminatedQuote
    case textAfterQuote
    /// A row with another number of fields than the first.
    case fieldCount(found: Int, expected: Int)
    case duplicateName(String)
    case emptyName
  }
}
