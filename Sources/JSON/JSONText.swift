/// A JSON value whose keys keep their order, so that the same run gives the same bytes.
package indirect enum JSONText: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  /// Infinities and NaN, which JSON lacks, are written as null.
  case number(Double)
  case string(String)
  case array([JSONText])
  case object([(key: String, value: JSONText)])

  /// On one line.
  package var line: String {
    var text = ""
    write(to: &text, indentation: nil)
    return text
  }

  /// Indented by two spaces, ended by a line end.
  package var document: String {
    var text = ""
    write(to: &text, indentation: 0)
    return text + "\n"
  }

  private func write(to text: inout String, indentation: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): JSONText.quote(value, to: &text)
    case .array(let items):
      JSONText.write("[", "]", items.count, to: &text, indentation) { index, text, inner in
        items[index].write(to: &text, indentation: inner)
      }
    case .object(let pairs):
      JSONText.write("{", "}", pairs.count, to: &text, indentation) { index, text, inner in
        JSONText.quote(pairs[index].key, to: &text)
        text += ": "
        pairs[index].value.write(to: &text, indentation: inner)
      }
    }
  }

  private static func write(
    _ open: String, _ close: String, _ count: Int, to text: inout String, _ indentation: Int?,
    _ item: (Int, inout String, Int?) -> Void
  ) {
    text += open
    for index in 0..<count {
      if index > 0 { text += indentation == nil ? ", " : "," }
      if let indentation {
        text += "\n" + String(repeating: "  ", count: indentation + 1)
      }
      item(index, &text, indentation.map { $0 + 1 })
    }
    if count > 0, let indentation { text += "\n" + String(repeating: "  ", count: indentation) }
    text += close
  }

  /// A string of JSON, in its quotes.
  package static func quoted(_ value: String) -> String {
    var text = ""
    quote(value, to: &text)
    return text
  }

  private static func quote(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
