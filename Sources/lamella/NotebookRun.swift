internal import Diagnostics
internal import Notebook
internal import REPL
internal import Runtime

/// One `lamella run` of a notebook: read, check, run, export.
struct NotebookRun {
  let command: RunCommand
  let path: String

  func run() -> ExitCode {
    // First of all, so that every thread made later leaves Ctrl-C to the watcher.
    let signals = SignalWatcher(editsLines: false)
    let terminal = Terminal(environment: Terminal.environment())
    let presenter = RunPresenter(terminal, style: command.json ? .cells : .everything)
    let events = command.json ? RunEventWriter(terminal.output) : nil
    do {
      let code = try run(signals, presenter, events)
      return code
    } catch let list as DiagnosticList {
      presenter.show(list.diagnostics)
      events?.failed(list.diagnostics, list.exitCode)
      return list.exitCode
    } catch let diagnostic as Diagnostic {
      presenter.show([diagnostic])
      let code: ExitCode = diagnostic.code == .fileNotWritten ? .cellFailed : .usage
      events?.failed([diagnostic], code)
      return code
    } catch {
      presenter.note("error: \(error)")
      return .cellFailed
    }
  }

  private func run(
    _ signals: SignalWatcher?, _ presenter: RunPresenter, _ events: RunEventWriter?
  ) throws -> ExitCode {
    let document = try NotebookArguments.read(path)
    let control = RunControl()
    let runner = try command.options.setup.makeRunner(
      document, path: path, policy: command.onError, control: control,
      session: command.options.setup.makeSession(path: path, seed: document.frontMatter.seed))
    let problems = runner.check()
    guard problems.isEmpty else { throw DiagnosticList(problems, isOfFile: false) }
    events?.began(runner)
    let start = ContinuousClock.now
    let body = {
      runner.run { event in
        events?.write(event)
        presenter.show(event)
      }
    }
    let result = signals?.interrupting({ control.interrupt() }, body) ?? body()
    var code = ExitCode(errors: result.errors, isStatic: false)
    if case .interrupted = result.ending { code = .interrupted }
    let written = command.onError == .abort && code != .done ? [] : try export(result)
    report(result, presenter)
    let time = RunPresenter.seconds((ContinuousClock.now - start).seconds)
    let place = written.first.map { "wrote \($0)" } ?? "nothing written"
    presenter.note("\(summary(result)), \(time); \(place)")
    events?.ended(result, code, written)
    return code
  }

  // MARK: - Messages

  /// Claims that no longer hold are worth a word, but a run is no test.
  private func report(_ result: RunResult, _ presenter: RunPresenter) {
    let count = result.cells.count { $0.claim?.isMet == false }
    guard count > 0 else { return }
    presenter.note(
      "\(count) \(count == 1 ? "claim differs" : "claims differ") from what the cells show; "
        + "`lamella test \(path)` shows how")
  }

  private func summary(_ result: RunResult) -> String {
    let ran = result.cells.count { $0.status == .done }
    let failed = result.cells.count { $0.status == .failed }
    let left = result.cells.count { $0.status == .skipped || $0.status == .notReached }
    var parts = ["\(ran) \(ran == 1 ? "cell" : "cells") done"]
    if failed > 0 { parts.append("\(failed) failed") }
    if left > 0 { parts.append("\(left) not run") }
    if case .interrupted = result.ending { parts.append("interrupted") }
    return parts.joined(separator: ", ")
  }

  // MARK: - Files

  /// Writes the export and returns the paths written, the page first.
  ///
  /// - Throws: a Diagnostic, E0804.
  private func export(_ result: RunResult) throws(Diagnostic) -> [String] {
    guard Ranks.rank == 0 else { return [] }
    let target = exporter
    let page = pagePath
    let folder = page.map(NotebookFile.folder(of:)) ?? command.output ?? defaultFolder
    let figureFolder =
      command.figures ?? page.map { "\(NotebookFile.stem(of: $0)).figures" }.map {
        folder == "." ? $0 : "\(folder)/\($0)"
      } ?? "\(folder)/figures"
    let context = ExportContext(
      notebookFolder: NotebookFile.folder(of: path),
      versions: [("Lamella", VersionCommand.version)],
      figureFolder: RelativePath.from(folder, to: figureFolder))
    let html = target.page(result, context)
    var files: [(path: String, bytes: [UInt8])] = [
      (page ?? "\(folder)/index.\(target.fileEnding)", Array(html.utf8))
    ]
    // A page alone holds its figures when it can.
    if page == nil || command.figures != nil || target.linksFigures {
      files += result.figureFiles(in: figureFolder).map { ($0.path, $0.bytes) }
    }
    if page == nil {
      files.append(("\(folder)/run.json", Array(result.record(context).utf8)))
    }
    for file in files {
      try NotebookFile.makeFolder(NotebookFile.folder(of: file.path))
      try NotebookFile.write(file.bytes, to: file.path)
    }
    return files.map(\.path)
  }

  private var exporter: Exporter {
    let byEnding = pagePath.flatMap { page in
      ExporterTable.all.first { page.hasSuffix(".\($0.fileEnding)") }
    }
    return byEnding ?? ExporterTable.exporter(named: command.to) ?? ExporterTable.all[0]
  }

  /// Where the page goes when it is wanted alone.
  private var pagePath: String? {
    guard let output = command.output, !NotebookFile.isFolder(output) else { return nil }
    return ExporterTable.all.contains { output.hasSuffix(".\($0.fileEnding)") } ? output : nil
  }

  private var defaultFolder: String { "\(NotebookFile.stem(of: path)).out" }
}

/// Paths as a page names them.
enum RelativePath {
  /// The path of `target` as seen from `folder`, both relative to the working folder; an absolute
  /// target stays absolute.
  static func from(_ folder: String, to target: String) -> String {
    guard !target.hasPrefix("/"), !folder.hasPrefix("/") else { return target }
    let base = parts(folder)
    let goal = parts(target)
    guard !base.contains(".."), !goal.contains("..") else { return target }
    let shared = zip(base, goal).prefix { $0 == $1 }.count
    let steps = Array(repeating: "..", count: base.count - shared) + goal[shared...]
    return steps.isEmpty ? "." : steps.joined(separator: "/")
  }

  private static func parts(_ path: String) -> [String] {
    path.split(separator: "/").map(String.init).filter { $0 != "." }
  }
}
