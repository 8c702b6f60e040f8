internal import Diagnostics
internal import Syntax

extension Session {
  /// What `?name` shows; `name` may be dotted (`data.digits`). nil when there is nothing of that
  /// name.
  package func inspect(_ name: String) -> Inspection? {
    let parts = name.split(separator: ".").map(String.init)
    guard let first = parts.first else { return nil }
    if parts.count == 1 { return inspectPlain(first) }
    if binding(first) == nil, library.modules.contains(first), parts.count == 2 {
      return inspectMember(parts[1], of: first)
    }
    guard var value = binding(first) else { return nil }
    for part in parts.dropFirst() {
      guard let next = value.member(part) else { return nil }
      value = next
    }
    return inspection(of: value, name)
  }

  private func inspectPlain(_ name: String) -> Inspection? {
    if let value = binding(name) { return inspection(of: value, name) }
    if let number = library.numbers[name] { return Inspection(library.builtins[number]) }
    if let constant = BuiltinConstants.all.first(where: { $0.name == name }) {
      return Inspection(
        name: name, header: "\(name) = \(constant.value.displayText)",
        documentation: constant.summary, examples: [])
    }
    if library.modules.contains(name), let outline = modules.outline(of: name) {
      let members = (outline.builtins + outline.functions.compactMap(\.name?.text))
        .joined(separator: ", ")
      return Inspection(
        name: name, header: "module \(name)",
        documentation: outline.documentation + "\n\nMembers: " + members, examples: [])
    }
    return nil
  }

  private func inspectMember(_ member: String, of module: String) -> Inspection? {
    guard let outline = modules.outline(of: module) else { return nil }
    if outline.builtins.contains(member), let number = library.numbers[member] {
      return Inspection(library.builtins[number], in: module)
    }
    guard let function = outline.functions.first(where: { $0.name?.text == member }) else {
      return outline.signatures[member] == nil
        ? nil
        : Inspection(
          name: "\(module).\(member)", header: "\(module).\(member)", documentation: "",
          examples: [])
    }
    return Inspection(function, in: module)
  }

  private func inspection(of value: Value, _ name: String) -> Inspection {
    guard case .function(let function) = value else {
      return Inspection(
        name: name, header: "\(name): \(value.summary)",
        documentation: Machine.shortened(value.displayText), examples: [])
    }
    if case .builtin(let builtin) = function.target { return Inspection(builtin) }
    let documentation = DocumentationText(function.documentation ?? "")
    return Inspection(
      name: name, header: name + function.signature.text, documentation: documentation.prose,
      examples: documentation.examples)
  }

  /// Every builtin and every function of the standard modules, chapter by chapter.
  package var documentation: [DocumentationFamily] {
    let builtins = BuiltinTable.families.map { family in
      DocumentationFamily(title: family.title, entries: family.builtins.map { Inspection($0) })
    }
    let kits = options.kits.map { kit in
      DocumentationFamily(title: kit.name, entries: kit.builtins.map { Inspection($0) })
    }
    let standard = library.modules.sorted().compactMap { name -> DocumentationFamily? in
      guard let outline = modules.outline(of: name) else { return nil }
      let passedOn = outline.builtins.compactMap { builtin in
        library.numbers[builtin].map { Inspection(library.builtins[$0], in: name) }
      }
      return DocumentationFamily(
        title: name, entries: passedOn + outline.functions.map { Inspection($0, in: name) })
    }
    return builtins + kits + standard
  }
}

extension Inspection {
  init(_ builtin: Builtin) {
    self.init(
      name: builtin.name, header: builtin.name + builtin.signature.text,
      documentation: builtin.summary, examples: builtin.examples)
  }

  /// A builtin that a module has under its own name.
  init(_ builtin: Builtin, in module: String) {
    let name = "\(module).\(builtin.name)"
    self.init(
      name: name, header: name + builtin.signature.text, documentation: builtin.summary,
      examples: builtin.examples)
  }

  init(_ function: Function, in module: String) {
    let name = "\(module).\(function.name?.text ?? "")"
    let documentation = DocumentationText(function.documentation ?? "")
    self.init(
      name: name, header: name + Signature(of: function).text, documentation: documentation.prose,
      examples: documentation.examples)
  }
}

/// The text of `##` lines: prose, and `>>>` lines followed by what they show.
struct DocumentationText {
  private(set) var prose = ""
  private(set) var examples: [(code: String, gives: String)] = []

  init(_ text: String) {
    var proseLines: [Substring] = []
    var isExample = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(">>>") {
        let code = String(line.dropFirst(3).drop { $0 == " " })
        // Lines of code that follow each other are one example.
        if isExample, let last = examples.last, last.gives.isEmpty {
          examples[examples.count - 1].code = last.code + "\n" + code
        } else {
          examples.append((code, ""))
        }
        isExample = true
      } else if isExample, !line.isEmpty {
        let last = examples[examples.count - 1]
        examples[examples.count - 1].gives =
          last.gives.isEmpty ? String(line) : last.gives + "\n" + line
      } else {
        isExample = false
        proseLines.append(line)
      }
    }
    while proseLines.last?.isEmpty ?? false { proseLines.removeLast() }
    prose = proseLines.joined(separator: "\n")
  }
}

extension Value {
  /// A field of a record or a member of a module.
  func member(_ name: String) -> Value? {
    switch self {
    case .record(let record): record[name]
    case .module(let module): module.member(name)
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .map, .range, .function,
      .external, .traced:
      nil
    }
  }
}
