internal import ArgumentParser
internal import Diagnostics
internal import Notebook
internal import PlotKit
internal import Runtime

/// The options of every command that runs notebooks.
struct NotebookOptions: ParsableArguments {
  @Option(
    name: [.customShort("p"), .customLong("param")], parsing: .singleValue,
    help: ArgumentHelp("Give a value to a parameter; may be repeated.", valueName: "name=value"))
  var parameters: [String] = []

  @Option(
    name: [.customShort("P"), .customLong("params")], parsing: .singleValue,
    help: ArgumentHelp("Read values of parameters from a YAML file.", valueName: "file"))
  var parameterFiles: [String] = []

  @Option(help: "The seed of the random streams, instead of the notebook's.")
  var seed: UInt64?

  @Flag(help: "Let raw gnuplot commands run shell commands.")
  var allowShell = false

  @Flag(help: "Make the evaluator's warnings errors.")
  var strict = false

  /// The options as values.
  var setup: NotebookSetup {
    NotebookSetup(
      parameters: parameters, parameterFiles: parameterFiles, seed: seed, allowShell: allowShell,
      isStrict: strict)
  }
}

/// How notebooks are run: what `NotebookOptions` hold.
struct NotebookSetup {
  var parameters: [String] = []
  var parameterFiles: [String] = []
  /// nil: the notebook's own.
  var seed: UInt64?
  var allowShell = false
  var isStrict = false

  /// What `-P` and `-p` give, the latter last.
  ///
  /// - Throws: a Diagnostic for a file that cannot be read or an argument without `=`.
  func arguments() throws(Diagnostic) -> ParameterArguments {
    var arguments = ParameterArguments()
    for path in parameterFiles {
      let bytes = try NotebookFile.read(path)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Diagnostic(.fileUnreadable, "«\(path)» is not UTF-8 text")
      }
      try arguments.add(file: SourceText(name: path, text: text))
    }
    for argument in parameters { try arguments.add(argument: argument) }
    return arguments
  }

  /// A fresh session for a notebook or script.
  func makeSession(path: String, seed: UInt64) -> Session {
    lamella.makeSession(
      workingFolder: NotebookFile.folder(of: path), seed: self.seed ?? seed,
      allowShell: allowShell, isStrict: isStrict)
  }

  /// A runner with what `-p` and `-P` give.
  ///
  /// - Throws: a Diagnostic for a parameter that is unknown, missing or does not fit.
  func makeRunner(
    _ document: NotebookDocument, path: String, policy: NotebookRunner.FailurePolicy = .stop,
    control: RunControl = RunControl(), session: Session
  ) throws(Diagnostic) -> NotebookRunner {
    let values = try document.frontMatter.resolve(arguments())
    return makeRunner(
      document, path: path, values: values, policy: policy, control: control, session: session)
  }

  /// A runner with these values of the parameters.
  func makeRunner(
    _ document: NotebookDocument, path: String, values: [(name: String, value: ParameterValue)],
    policy: NotebookRunner.FailurePolicy = .stop, control: RunControl = RunControl(),
    session: Session
  ) -> NotebookRunner {
    let folder = NotebookFile.folder(of: path)
    let allowShell = self.allowShell
    return NotebookRunner(
      document, parameters: values, seed: seed ?? document.frontMatter.seed, policy: policy,
      control: control, evaluator: session
    ) { (script: String, request: DisplayRequest) throws(Diagnostic) -> DisplayItem in
      try runRawGnuplot(
        script: script, request: request, allowShell: allowShell, folder: folder)
    }
  }
}

/// Notebooks as commands take them: files, or folders that stand for the notebooks in them.
enum NotebookArguments {
  static let endings = ["nb", "md", "qmd"]

  /// Whether the path names a script of the language, by its ending.
  static func isScript(_ path: String) -> Bool { path.hasSuffix(".lam") }

  /// Reads a notebook.
  ///
  /// - Throws: every problem found, as a `Diagnostics`.
  static func read(_ path: String) throws(DiagnosticList) -> NotebookDocument {
    do {
      let result = NotebookReader.read(bytes: try NotebookFile.read(path), name: path)
      guard let document = result.document, result.errors.isEmpty else {
        throw DiagnosticList(result.errors, isOfFile: false)
      }
      return document
    } catch let list as DiagnosticList {
      throw list
    } catch let diagnostic as Diagnostic {
      throw DiagnosticList([diagnostic], isOfFile: true)
    } catch {
      throw DiagnosticList([Diagnostic(.internalError, "\(error)")], isOfFile: true)
    }
  }
}

/// Several diagnostics thrown as one error.
struct DiagnosticList: Error {
  let diagnostics: [Diagnostic]
  /// Whether the file could not be read at all, which is a mistake of the command line.
  let isOfFile: Bool

  init(_ diagnostics: [Diagnostic], isOfFile: Bool) {
    self.diagnostics = diagnostics
    self.isOfFile = isOfFile
  }

  var exitCode: ExitCode { isOfFile ? .usage : .notResolved }
}

extension NotebookRunner.FailurePolicy: ExpressibleByArgument {}
