internal import Diagnostics
internal import Glibc
internal import Syntax

extension Session {
  package func completeness(of text: String) -> Completeness {
    switch Parser.completeness(of: text) {
    case .complete: .complete
    case .incomplete: .incomplete
    case .malformed: .malformed
    }
  }

  /// What may stand for the word before the cursor: names, fields, members, named arguments, and
  /// paths inside strings.
  ///
  /// - Parameter cursor: a UTF-8 offset.
  /// - Returns: the bytes to replace, and the choices in order.
  package func completions(for text: String, cursor: Int) -> (
    replacing: Range<Int>, [Completion]
  ) {
    let bytes = Array(text.utf8.prefix(cursor))
    if let start = openString(bytes) { return pathCompletions(bytes, from: start) }
    var start = bytes.count
    while start > 0, Session.isWordByte(bytes[start - 1]) { start -= 1 }
    let word = String(decoding: bytes[start...], as: UTF8.self)
    let range = start..<bytes.count
    if start > 0, bytes[start - 1] == UInt8(ascii: ".") {
      return (range, fieldCompletions(word, owner: owner(bytes, before: start - 1)))
    }
    return (range, nameCompletions(word, namedArguments(bytes, before: start)))
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 128
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  // MARK: - Names

  private static let keywords = [
    "fn", "if", "else", "for", "in", "while", "break", "continue", "return", "and", "or", "not",
    "true", "false", "none", "use", "try", "with", "assert", "as", "by", "match",
  ]

  private func nameCompletions(_ word: String, _ arguments: [String]) -> [Completion] {
    var result = arguments.filter { $0.hasPrefix(word) }.map {
      Completion(text: $0 + " = ", kind: .argument)
    }
    guard !word.isEmpty || arguments.isEmpty else { return result }
    let own = bindings.map { (name, value) -> Completion in
      if case .function = value { return Completion(text: name, kind: .function) }
      return Completion(text: name, kind: .variable)
    }
    let others =
      library.builtins.map { Completion(text: $0.name, kind: .function) }
      + library.constants.keys.map { Completion(text: $0, kind: .variable) }
      + library.modules.map { Completion(text: $0, kind: .module) }
      + Session.keywords.map { Completion(text: $0, kind: .keyword) }
    var seen: Set<String> = []
    result += (own + others).filter { $0.text.hasPrefix(word) && seen.insert($0.text).inserted }
      .sorted { $0.text < $1.text }
    return result
  }

  /// The parameters of the call whose parenthesis is open before the word.
  private func namedArguments(_ bytes: [UInt8], before start: Int) -> [String] {
    var depth = 0
    var position = start - 1
    while position >= 0 {
      let byte = bytes[position]
      if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
        depth += 1
      } else if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{")
      {
        if depth == 0 { break }
        depth -= 1
      }
      position -= 1
    }
    guard position > 0, bytes[position] == UInt8(ascii: "(") else { return [] }
    var first = position
    while first > 0, Session.isWordByte(bytes[first - 1]) || bytes[first - 1] == UInt8(ascii: ".") {
      first -= 1
    }
    let callee = String(decoding: bytes[first..<position], as: UTF8.self)
    return signature(of: callee)?.parameters.compactMap { parameter in
      switch parameter.kind {
      case .required, .optional, .named: parameter.name
      case .rest, .namedRest: nil
      }
    } ?? []
  }

  private func signature(of name: String) -> Signature? {
    if let value = binding(name) {
      if case .function(let function) = value { return function.signature }
      return nil
    }
    if let number = library.numbers[name] { return library.builtins[number].signature }
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count == 2 else { return nil }
    if library.modules.contains(parts[0]) { return modules.exports(of: parts[0])?[parts[1]] ?? nil }
    // `x.f(…)` is `f(x, …)`.
    return library.numbers[parts[1]].map { library.builtins[$0].signature }
  }

  // MARK: - Fields

  /// The dotted name that ends before the point at `point`.
  private func owner(_ bytes: [UInt8], before point: Int) -> [String] {
    var first = point
    while first > 0, Session.isWordByte(bytes[first - 1]) || bytes[first - 1] == UInt8(ascii: ".") {
      first -= 1
    }
    return String(decoding: bytes[first..<point], as: UTF8.self).split(separator: ".").map(
      String.init)
  }

  private func fieldCompletions(_ word: String, owner: [String]) -> [Completion] {
    guard let first = owner.first else { return methodCompletions(word) }
    if owner.count == 1, binding(first) == nil, library.modules.contains(first) {
      return (modules.exports(of: first) ?? [:]).filter { $0.key.hasPrefix(word) }
        .map { Completion(text: $0.key, kind: $0.value == nil ? .variable : .function) }
        .sorted { $0.text < $1.text }
    }
    guard var value = binding(first) else { return methodCompletions(word) }
    for part in owner.dropFirst() {
      guard let next = value.member(part) else { return [] }
      value = next
    }
    switch value {
    case .record(let record):
      return record.names.filter { $0.hasPrefix(word) }.map { Completion(text: $0, kind: .field) }
    case .module(let module):
      return module.memberNames.filter { $0.hasPrefix(word) }.map {
        Completion(text: $0, kind: .function)
      }
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .map, .range, .function,
      .external, .traced:
      return methodCompletions(word)
    }
  }

  /// Builtins that can be called as methods.
  private func methodCompletions(_ word: String) -> [Completion] {
    library.builtins.filter { builtin in
      guard builtin.name.hasPrefix(word), let first = builtin.signature.parameters.first else {
        return false
      }
      if case .required = first.kind { return true }
      return false
    }.map { Completion(text: $0.name, kind: .function) }.sorted { $0.text < $1.text }
  }

  // MARK: - Paths

  /// Where the string begins that is open at the end of the text.
  private func openString(_ bytes: [UInt8]) -> Int? {
    var start: Int?
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\"), start != nil { index += 1 }
      if byte == UInt8(ascii: "#"), start == nil { return nil }
      if byte == UInt8(ascii: "\"") { start = start == nil ? index + 1 : nil }
      index += 1
    }
    return start
  }

  private func pathCompletions(_ bytes: [UInt8], from start: Int) -> (Range<Int>, [Completion]) {
    let typed = String(decoding: bytes[start...], as: UTF8.self)
    let split = typed.lastIndex(of: "/").map { typed.index(after: $0) } ?? typed.startIndex
    let folder = String(typed[..<split])
    let prefix = String(typed[split...])
    let first = start + folder.utf8.count
    guard let directory = opendir(resolve(path: folder.isEmpty ? "." : folder)) else {
      return (first..<bytes.count, [])
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let isFolder = entry.pointee.d_type == UInt8(DT_DIR)
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(prefix), name != ".", name != "..",
        !name.hasPrefix(".") || !prefix.isEmpty
      else { continue }
      names.append(isFolder ? name + "/" : name)
    }
    return (first..<bytes.count, names.sorted().map { Completion(text: $0, kind: .path) })
  }
}
