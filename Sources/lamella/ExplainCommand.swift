internal import ArgumentParser
internal import Diagnostics
internal import REPL

/// `lamella explain E0301`: a page on one code, or the list of all.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain an error by its code.")

  @Argument(help: "The code, for example E0301; without one, all codes are listed.")
  var code: String?

  func run() throws {
    guard let code else { return TextOutput.standardOutput.write(CodePage.index) }
    guard let known = CodePage.code(named: code) else {
      let codes = DiagnosticCode.allCases.map(\.rawValue)
      let nearest = Suggestion.nearest(to: code, among: codes)
      throw ValidationError(
        "there is no code «\(code)»; "
          + (nearest.map { "did you mean \($0)?" } ?? "`lamella explain` lists them."))
    }
    let width = Terminal(environment: Terminal.environment()).size.columns
    TextOutput.standardOutput.write(CodePage.text(of: known, width: width))
  }
}
