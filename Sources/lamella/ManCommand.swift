internal import ArgumentParser
internal import REPL

/// `lamella man`: the manual page, made from the help of every command, for installers.
struct ManCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "man", abstract: "Print the manual page (roff).", shouldDisplay: false)

  func run() {
    TextOutput.standardOutput.write(Self.page)
  }

  private static var page: String {
    let shown = Lamella.configuration.subcommands.filter { $0.configuration.shouldDisplay }
    let commands = shown.map { command in
      ".SS \(command.configuration.commandName ?? "")\n" + verbatim(help(of: command))
    }
    let codes = ExitCode.allCases.map { ".TP\n.B \($0.rawValue)\n\(escaped($0.meaning))\n" }
    return """
      .TH LAMELLA 1 "" "Lamella \(VersionCommand.version)" "User Commands"
      .SH NAME
      lamella \\- \(escaped(Lamella.configuration.abstract))
      .SH SYNOPSIS
      \(verbatim(Lamella.configuration.discussion)).SH COMMANDS
      \(commands.joined()).SH EXIT STATUS
      \(codes.joined()).SH ENVIRONMENT
      .TP
      .B LAMELLA_STDLIB
      The folder of the standard modules; by default they are found beside the program.
      .TP
      .B NO_COLOR
      When set, nothing is coloured.
      .TP
      .B XDG_STATE_HOME
      Where the history of the prompt is kept, in lamella/history; by default ~/.local/state.

      """
  }

  private static func help(of command: any ParsableCommand.Type) -> String {
    Lamella.helpMessage(for: command, columns: 78)
  }

  /// Text as it stands, in lines that roff does not fill.
  private static func verbatim(_ text: String) -> String {
    ".nf\n\(escaped(text))\n.fi\n"
  }

  private static func escaped(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let body = line.flatMap { $0 == "\\" ? "\\e" : $0 == "-" ? "\\-" : String($0) }
      return (line.first == "." || line.first == "'" ? "\\&" : "") + String(body)
    }
    return lines.joined(separator: "\n")
  }
}
