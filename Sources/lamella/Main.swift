internal import ArgumentParser
internal import Diagnostics
internal import Glibc
internal import REPL

/// The command line: one subcommand per file, listed here.
///
/// `lamella` alone is the REPL, and `lamella tour.nb` or `lamella -e '1 + 1'` stand for `lamella
/// run …`.
@main
struct Lamella: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lamella",
    abstract: "A notebook-style literate scripting environment for numerical work.",
    discussion: """
      lamella                 the REPL, or a script from standard input
      lamella tour.nb         short for `lamella run tour.nb`
      lamella -e '1 + 1'      short for `lamella run -e '1 + 1'`
      """,
    version: VersionCommand.version,
    subcommands: [
      ReplCommand.self, RunCommand.self, TestCommand.self, CheckCommand.self, FmtCommand.self,
      NewCommand.self, DocCommand.self, ExplainCommand.self, VersionCommand.self,
      ServeCommand.self, ManCommand.self,
    ],
    defaultSubcommand: ReplCommand.self)

  /// Parses, runs, and ends the process with one of the codes of `ExitCode`.
  static func main() {
    Glibc.exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitCode {
    do {
      let completed = try completed(arguments)
      var command = try parseAsRoot(completed)
      try command.run()
      return .done
    } catch let code as ExitCode {
      return code
    } catch {
      return report(error)
    }
  }

  /// Shows what the argument parser has to say: help and completion scripts on standard output,
  /// mistakes on the other.
  private static func report(_ error: any Error) -> ExitCode {
    let text = fullMessage(for: error) + "\n"
    guard exitCode(for: error).isSuccess else {
      TextOutput.standardError.write(text)
      return .usage
    }
    TextOutput.standardOutput.write(text)
    return .done
  }

  /// The arguments with the subcommand that was left out.
  ///
  /// - Throws: `ValidationError` when the first one is neither a subcommand, an option nor a file.
  private static func completed(_ arguments: [String]) throws -> [String] {
    guard let first = arguments.first else { return arguments }
    if first == "-e" { return ["run"] + arguments }
    if first.hasPrefix("-") && first != "-" { return arguments }
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    if names.contains(first) { return arguments }
    if first == "-" || access(first, F_OK) == 0 || isDocumentName(first) {
      return ["run"] + arguments
    }
    // The parser's own entry for shells that ask for completions.
    if first.hasPrefix("---") { return arguments }
    let nearest = Suggestion.nearest(to: first, among: names)
    throw ValidationError(
      "there is no command and no file «\(first)»"
        + (nearest.map { "; did you mean «\($0)»?" } ?? ". `lamella --help` lists the commands."))
  }

  private static func isDocumentName(_ name: String) -> Bool {
    [".nb", ".lam", ".md", ".qmd"].contains { name.hasSuffix($0) }
  }
}
