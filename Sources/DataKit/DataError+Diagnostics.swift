internal import Diagnostics
internal import Runtime
internal import TensorCore

extension DataError {
  /// The failure of a call, where the path is the parameter at `argument`.
  func failure(argument: Int) -> CallFailure {
    switch self {
    case .tensor(let error): return .tensor(error)
    case .notFound, .unreadable, .notWritten, .damaged:
      return .diagnostic(diagnostic, argument: argument)
    }
  }

  private var diagnostic: Diagnostic {
    switch self {
    case .notFound(let path):
      return Diagnostic(.fileNotFound, "there is no file \"\(path)\"")
    case .unreadable(let path, let reason):
      return Diagnostic(.fileUnreadable, "\"\(path)\" cannot be read: \(reason)")
    case .notWritten(let path, let reason):
      return Diagnostic(.fileNotWritten, "\"\(path)\" cannot be written: \(reason)")
    case .damaged(let path, let damage):
      return Diagnostic(.damagedFile, "\"\(path)\"\(damage.sentence)", hint: damage.hint)
    case .tensor(let error):
      return Diagnostic(.internalError, "a tensor error reached a file's message: \(error)")
    }
  }
}

extension DataError.Damage {
  /// What follows the name of the file.
  fileprivate var sentence: String {
    switch self {
    case .wrongFormat(let expected): " is not \(expected)"
    case .truncated(let needed, let found):
      " is cut short: \(needed) bytes of data are needed, \(found) are there"
    case .compression(let reason): " does not decompress: \(reason)"
    case .checksum(let member): ": the checksum of \"\(member)\" does not match its content"
    case .archive(let reason): " is a damaged archive: \(reason)"
    case .member(let name, let reason): ": the member \"\(name)\" \(reason)"
    case .header(let reason): " has a damaged header: \(reason)"
    case .dtype(let name): " holds elements of type \(name), which no dtype here can hold"
    case .number(let text, let dtype): ": \(text) does not fit in \(dtype.name)"
    case .notText(let offset): " is not UTF-8 text: byte \(offset) belongs to no character"
    case .json(let offset, let reason): " is not JSON: \(reason), at byte \(offset)"
    case .field(let line, let column, let fault):
      ", line \(line), column \(column): \(fault.sentence)"
    }
  }

  fileprivate var hint: String? {
    switch self {
    case .field(_, _, .notANumber(let text, _)):
      text.contains { $0.isLetter }
        ? "`header = true` reads columns by name, text among them; `skip = 1` leaves a line out"
        : nil
    case .field(_, _, .missing): "a Float dtype reads a missing number as nan"
    case .field(_, _, .doesNotFit): "name a wider dtype, as in `dtype = f64`"
    case .notText: "`read_bytes` reads any file"
    case .wrongFormat, .truncated, .compression, .checksum, .archive, .member, .header, .dtype,
      .number, .json, .field(_, _, .unterminatedQuote), .field(_, _, .textAfterQuote),
      .field(_, _, .fieldCount), .field(_, _, .duplicateName), .field(_, _, .emptyName):
      nil
    }
  }
}

extension DataError.FieldFault {
  fileprivate var sentence: String {
    switch self {
    case .notANumber(let text, let dtype):
      dtype.kind == .float
        ? "\"\(Self.shortened(text))\" is not a number"
        : "\"\(Self.shortened(text))\" is not \(Self.noun(dtype))"
    case .missing(let dtype): "the field is empty, \(Self.noun(dtype)) is wanted"
    case .doesNotFit(let text, let dtype): "\(Self.shortened(text)) does not fit in \(dtype.name)"
    case .unterminatedQuote: "the quote that opens here is not closed"
    case .textAfterQuote: "text follows a closing quote"
    case .fieldCount(let found, let expected):
      "the row has \(found) \(found == 1 ? "field" : "fields"), the first has \(expected)"
    case .duplicateName(let name): "the name \"\(name)\" stands twice in the header"
    case .emptyName: "a name in the header is empty"
    }
  }

  private static func noun(_ dtype: DType) -> String {
    switch dtype.kind {
    case .bool: "true, false, 1 or 0"
    case .integer: "an Int"
    case .float, .complex: "a number"
    }
  }

  private static func shortened(_ text: String) -> String {
    text.count > 40 ? String(text.prefix(37)) + "..." : text
  }
}
