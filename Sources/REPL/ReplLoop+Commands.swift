internal import Diagnostics
internal import Glibc
internal import Runtime

/// What the commands that show and keep things do.
extension ReplLoop {
  func showHelp(_ name: String) {
    guard !name.isEmpty else {
      for line in Commands.overview { presenter.say(line) }
      return
    }
    let wanted = name.hasPrefix(":") ? String(name.dropFirst()) : name
    if let command = Commands.table.first(where: { $0.name == wanted }) {
      presenter.say(":\(command.name)\(command.argument.usage)  \(command.summary)")
    } else {
      showInspection(name)
    }
  }

  /// `?name`: signature, documentation and examples; `?E0301`: the page of a code.
  func showInspection(_ name: String) {
    if let code = CodePage.code(named: name) {
      let width = presenter.terminal.size.columns
      return presenter.say(String(CodePage.text(of: code, width: width).dropLast()))
    }
    guard let inspection = session.inspect(name) else {
      let (_, known) = session.completions(for: "", cursor: 0)
      let nearest = Suggestion.nearest(to: name, among: known.map(\.text))
      presenter.note(
        "there is nothing called `\(name)`" + (nearest.map { "; did you mean `?\($0)`?" } ?? ""))
      return
    }
    presenter.say(String(InspectionText.plain(inspection).dropLast()))
  }

  func showBindings() {
    let bindings = session.bindings
    if bindings.isEmpty { presenter.say("nothing is defined yet") }
    for (name, _) in bindings {
      presenter.say(session.inspect(name)?.header ?? name)
    }
  }

  /// `:module`: the modules, or the signatures a module holds.
  func showModule(_ name: String) {
    let text = name.isEmpty ? "" : name + "."
    let (_, found) = session.completions(for: text, cursor: text.utf8.count)
    if name.isEmpty {
      for module in found where module.kind == .module { presenter.say(module.text) }
      return
    }
    if found.isEmpty {
      let (_, known) = session.completions(for: "", cursor: 0)
      let modules = known.filter { $0.kind == .module }.map(\.text)
      let nearest = Suggestion.nearest(to: name, among: modules)
      presenter.note(
        "there is no module `\(name)`; "
          + (nearest.map { "did you mean `\($0)`?" } ?? "`:module` lists them"))
      return
    }
    for member in found {
      let path = member.text.hasPrefix(text) ? member.text : text + member.text
      presenter.say(session.inspect(path)?.header ?? path)
    }
  }

  // MARK: - Files

  /// `:load file`: evaluates a script as one entry.
  func load(_ path: String) {
    do {
      let text = try FileContent.text(ofFile: PathCompletion.expanded(path))
      let outcome = run(text, named: path)
      presenter.show(outcome)
      if outcome.errors.isEmpty { keep(text) }
    } catch {
      presenter.show(error)
    }
  }

  /// `:save file`: writes the entries that succeeded, one after another.
  func save(_ path: String) {
    let script = succeeded.joined(separator: "\n") + (succeeded.isEmpty ? "" : "\n")
    write(Array(script.utf8), to: path, what: "\(succeeded.count) entries")
  }

  /// `:figure file`: draws the last figure again, in the format the file's ending names.
  func saveFigure(_ path: String) {
    let formats = [
      ("svg", "image/svg+xml"), ("png", "image/png"), ("pdf", "application/pdf"),
    ]
    guard let figure = lastFigure else {
      presenter.note("there is no figure yet: an entry whose value is a figure makes one")
      return
    }
    guard let format = formats.first(where: { path.lowercased().hasSuffix("." + $0.0) }) else {
      presenter.note("«\(path)» names no format: the file must end in .svg, .png or .pdf")
      return
    }
    switch session.display(.external(figure), DisplayRequest(pictureTypes: [format.1])) {
    case .success(let item):
      if let data = item?.data(format.1) { write(data, to: path, what: "the figure") }
    case .failure(let diagnostic): presenter.show(diagnostic)
    }
  }

  private func write(_ bytes: [UInt8], to path: String, what: String) {
    let file = open(
      PathCompletion.expanded(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      presenter.show(
        Diagnostic(
          .fileNotWritten, "«\(path)» cannot be written: \(String(cString: strerror(errno)))"))
      return
    }
    TextOutput(descriptor: file).write(bytes)
    close(file)
    presenter.note("wrote \(what) to \(path)")
  }
}
