internal import CMachine
internal import Diagnostics
internal import Syntax

/// Loads modules on first use: a module is a file of the language whose top-level names are its
/// members. Names that begin with
/// `_` are its own.
final class ModuleLoader {
  /// What can be known of a module without running it.
  struct Outline {
    let functions: [Function]
    /// Members that are builtins under their own names: `solve = solve`.
    let builtins: [String]
    let signatures: [String: Signature?]
    let documentation: String
  }

  private let folder: String
  private var loaded: [String: ModuleValue] = [:]
  private var loading: [String] = []
  private var outlines: [String: Outline] = [:]

  init(folder: String) { self.folder = folder }

  func path(of name: String) -> String { folder + "/" + name + ".lam" }

  // MARK: - Without running

  func exports(of name: String) -> [String: Signature?]? { outline(of: name)?.signatures }

  func outline(of name: String) -> Outline? {
    if let known = outlines[name] { return known }
    guard let text = StandardLibrary.text(ofFile: path(of: name)) else { return nil }
    let parsed = Parser.parse(SourceText(name: name + ".lam", text: text))
    var signatures: [String: Signature?] = [:]
    for name in NameUse(of: parsed.statements).assigned where !name.hasPrefix("_") {
      signatures.updateValue(nil, forKey: name)
    }
    var functions: [Function] = []
    var builtins: [String] = []
    for statement in parsed.statements {
      if let name = ModuleLoader.builtin(passedOnBy: statement) { builtins.append(name) }
      guard case .function(let function) = statement.kind, let name = function.name?.text,
        !name.hasPrefix("_")
      else { continue }
      functions.append(function)
      signatures.updateValue(Signature(of: function), forKey: name)
    }
    let outline = Outline(
      functions: functions, builtins: builtins, signatures: signatures,
      documentation: ModuleLoader.heading(text))
    outlines[name] = outline
    return outline
  }

  /// The name, when the statement is `name = name`.
  private static func builtin(passedOnBy statement: Statement) -> String? {
    guard case .assign(.pattern(let pattern), let value) = statement.kind,
      case .name(let target) = pattern.kind, case .name(let source) = value.kind, target == source
    else { return nil }
    return target
  }

  /// The comment lines at the top of a file.
  private static func heading(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix {
      $0.hasPrefix("#")
    }
    return lines.map { line in String(line.drop { $0 == "#" }.drop { $0 == " " }) }
      .joined(separator: "\n")
  }

  // MARK: - Running

  /// The module's members; its code runs once a session.
  func load(_ name: String, path: String, in session: Session) throws(CallFailure) -> ModuleValue {
    if let known = loaded[path] { return known }
    if loading.contains(path) {
      throw .diagnostic(
        Diagnostic(
          .unknownModule,
          "the modules \(loading.joined(separator: ", ")) load each other in a circle",
          hint: "move what they share into a module of its own"))
    }
    guard let text = StandardLibrary.text(ofFile: path) else {
      throw .diagnostic(
        Diagnostic(
          .unknownModule,
          "there is no readable module file \"\(path.hasPrefix(folder) ? path : name)\"",
          hint: "paths are relative to the folder of the notebook or script"))
    }
    loading.append(path)
    defer { loading.removeLast() }
    let source = SourceText(
      name: String(path.split(separator: "/").last ?? "module"), text: text,
      isStandardModule: path.hasPrefix(folder + "/"))
    let module = try run(source, name, in: session)
    loaded[path] = module
    return module
  }

  private func run(_ source: SourceText, _ name: String, in session: Session) throws(CallFailure)
    -> ModuleValue
  {
    let parsed = Parser.parse(source)
    if let error = parsed.errors.first { throw .diagnostic(error.diagnostic(in: source)) }
    guard let machine = session.machine else { throw .raised }
    let compiler = session.makeCompiler(source, Namespace(), session.allocator)
    let compiled = compiler.compile(parsed.statements) { _ in false }
    if let error = compiler.errors.first { throw .diagnostic(error) }
    lm_release(try machine.run(compiled))
    var members: [String: Value] = [:]
    let names = compiler.namespace.names.filter { !$0.hasPrefix("_") }
    for name in names {
      guard let slot = compiler.namespace.slots[name] else { continue }
      members[name] = Cells.value(of: machine.global(slot).pointee)
    }
    let shortName = name.split(separator: "/").last.map(String.init) ?? name
    return ModuleValue(
      name: shortName.hasSuffix(".lam") ? String(shortName.dropLast(4)) : shortName,
      exports: ModuleValue.Exports(names: names, members: members))
  }
}
