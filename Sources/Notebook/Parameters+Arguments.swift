package import Diagnostics

/// What a run gives to a notebook's parameters: from `-P` files, then `-p name=value`, which win.
package struct ParameterArguments: Sendable {
  /// In the order given.
  package private(set) var texts: [(name: String, text: String)] = []
  private(set) var values: [(name: String, value: YAMLValue, source: SourceText)] = []

  package init() {}

  /// Adds `name=value`.
  ///
  /// - Throws: E0610 when there is no `=`.
  package mutating func add(argument: String) throws(Diagnostic) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      throw Diagnostic(
        .parameterValue, "a parameter is given as name=value, not `\(argument)`",
        hint: "for example: -p epochs=20")
    }
    texts.append(
      (String(argument[..<equals]), String(argument[argument.index(after: equals)...])))
  }

  /// Adds a YAML file's mapping of names to values.
  package mutating func add(file source: SourceText) throws(Diagnostic) {
    let lines = LineTable(source.bytes[...])
    do {
      let yaml = try YAMLValue.read(source.text, place: .parameterFile) {
        lines.offset(line: $0, scalarColumn: $1)
      }
      guard let yaml else { return }
      guard let pairs = yaml.mapping else {
        throw Diagnostic(
          .parameterValue, "the file of parameters holds names with values, not \(yaml.summary)",
          at: Location(source, yaml.span), hint: "write one `name: value` a line")
      }
      for (key, value) in pairs {
        guard let name = key.string else { continue }
        values.append((name, value, source))
      }
    } catch let problem as NotebookProblem {
      throw problem.diagnostic(in: source)
    } catch let diagnostic as Diagnostic {
      throw diagnostic
    } catch {
      throw Diagnostic(.parameterValue, "the file of parameters cannot be read: \(error)")
    }
  }
}

extension FrontMatter {
  /// The value of every parameter, in the order declared.
  ///
  /// - Throws: E0609 for a name that is not declared, E0610 for a value that does not fit or is
  ///   missing.
  package func resolve(
    _ arguments: ParameterArguments
  ) throws(Diagnostic) -> [(name: String, value: ParameterValue)] {
    var given: [String: ParameterValue] = [:]
    for (name, yaml, source) in arguments.values {
      let declaration = try declaration(of: name, at: Location(source, yaml.span))
      guard let value = declaration.kind.value(of: yaml) else {
        throw misfit(
          declaration, declaration.kind.expectation, yaml.summary, Location(source, yaml.span))
      }
      given[name] = try check(value, declaration, Location(source, yaml.span))
    }
    for (name, text) in arguments.texts {
      let declaration = try declaration(of: name, at: nil)
      guard let value = declaration.kind.value(ofText: text) else {
        throw misfit(declaration, declaration.kind.expectation, "`\(text)`", nil)
      }
      given[name] = try check(value, declaration, nil)
    }
    var resolved: [(name: String, value: ParameterValue)] = []
    for declaration in parameters {
      guard let value = given[declaration.name] ?? declaration.defaultValue else {
        throw Diagnostic(
          .parameterValue, "the parameter `\(declaration.name)` has no default and is not given",
          hint: "give it: -p \(declaration.name)=…")
      }
      resolved.append((declaration.name, value))
    }
    return resolved
  }

  /// A value for every parameter, for static checks alone: the default, or the simplest of the
  /// type.
  package var placeholders: [(name: String, value: ParameterValue)] {
    parameters.map { declaration in
      let simplest: ParameterValue =
        switch declaration.kind {
        case .int: .int(0)
        case .float: .float(0)
        case .bool: .bool(false)
        case .str: .str("")
        }
      return (declaration.name, declaration.defaultValue ?? simplest)
    }
  }

  private func declaration(
    of name: String, at location: Location?
  ) throws(Diagnostic) -> ParameterDeclaration {
    if let declaration = parameters.first(where: { $0.name == name }) { return declaration }
    let known = parameters.map(\.name)
    let hint =
      Suggestion.nearest(to: name, among: known).map { "did you mean `\($0)`?" }
      ?? (known.isEmpty
        ? "the notebook declares no parameters" : "known: \(known.joined(separator: ", "))")
    throw Diagnostic(
      .unknownParameter, "the notebook has no parameter `\(name)`", at: location, hint: hint)
  }

  private func check(
    _ value: ParameterValue, _ declaration: ParameterDeclaration, _ location: Location?
  ) throws(Diagnostic) -> ParameterValue {
    if let objection = declaration.objection(to: value) {
      throw misfit(declaration, objection, value.text, location)
    }
    return value
  }

  private func misfit(
    _ declaration: ParameterDeclaration, _ expected: String, _ found: String, _ location: Location?
  ) -> Diagnostic {
    Diagnostic(
      .parameterValue, "the parameter `\(declaration.name)` is \(expected), not \(found)",
      at: location,
      hint: declaration.documentation.isEmpty
        ? nil : "\(declaration.name): \(declaration.documentation)")
  }
}
