internal import TensorCore

/// The header of a `.npy` file: a Python dictionary as text.
struct NPYHeader {
  /// The elements as the file names them: `<f8`.
  let descriptor: String
  let isFortranOrder: Bool
  let shape: [Int]

  init(descriptor: String, isFortranOrder: Bool, shape: [Int]) {
    self.descriptor = descriptor
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  /// As NumPy writes it, without padding.
  var text: String {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    return
      "{'descr': '\(descriptor)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': (\(sizes)), }"
  }

  /// Why a text is no such header.
  struct Fault: Error {
    let reason: String
    /// The dtype when that is what cannot be used.
    var dtype: String?
  }

  /// Reads a dictionary with exactly the three keys, in any order.
  init(parsing text: String) throws(Fault) {
    var parser = Parser(text)
    var descriptor: String?
    var order: Bool?
    var sizes: [Int]?
    try parser.expect("{")
    while !parser.take("}") {
      let key = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr": descriptor = try parser.descriptor()
      case "fortran_order": order = try parser.bool()
      case "shape": sizes = try parser.tuple()
      default: throw Fault(reason: "it has the key '\(key.prefix(40))'")
      }
      if !parser.take(",") {
        try parser.expect("}")
        break
      }
    }
    guard parser.isAtEnd else { throw Fault(reason: "text follows the dictionary") }
    guard let descriptor, let order, let sizes else {
      throw Fault(reason: "one of 'descr', 'fortran_order' and 'shape' is missing")
    }
    self.descriptor = descriptor
    isFortranOrder = order
    shape = sizes
  }

  private struct Parser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    private mutating func skipSpace() {
      while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0a {
        position += 1
      }
    }

    var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return position == bytes.count
      }
    }

    mutating func take(_ word: String) -> Bool {
      skipSpace()
      guard bytes[position...].starts(with: word.utf8) else { return false }
      position += word.utf8.count
      return true
    }

    mutating func expect(_ word: String) throws(Fault) {
      guard take(word) else {
        throw Fault(reason: "\"\(word)\" is expected at its byte \(position)")
      }
    }

    mutating func string() throws(Fault) -> String {
      skipSpace()
      guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else {
        throw Fault(reason: "a quoted name is expected at its byte \(position)")
      }
      let quote = bytes[position]
      let start = position + 1
      guard let end = bytes[start...].firstIndex(of: quote) else {
        throw Fault(reason: "a quote is not closed")
      }
      position = end + 1
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// A plain type; a list means records, which have no dtype of ours.
    mutating func descriptor() throws(Fault) -> String {
      skipSpace()
      if position < bytes.count, bytes[position] == 0x5b {
        let end = bytes[position...].firstIndex(of: 0x5d) ?? bytes.endIndex - 1
        throw Fault(
          reason: "",
          dtype: "records, " + String(decoding: bytes[position...end].prefix(60), as: UTF8.self))
      }
      return try string()
    }

    mutating func bool() throws(Fault) -> Bool {
      if take("True") { return true }
      try expect("False")
      return false
    }

    mutating func tuple() throws(Fault) -> [Int] {
      var sizes: [Int] = []
      try expect("(")
      while !take(")") {
        sizes.append(try integer())
        if !take(",") {
          try expect(")")
          break
        }
      }
      return sizes
    }

    private mutating func integer() throws(Fault) -> Int {
      skipSpace()
      let digits = bytes[position...].prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
        throw Fault(reason: "a size is expected at its byte \(position)")
      }
      position += digits.count
      // Python 2 wrote long integers as `3L`.
      _ = take("L")
      return value
    }
  }
}
