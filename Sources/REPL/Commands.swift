internal import Diagnostics
internal import Runtime

/// A command of the prompt: `:name argument`.
///
/// `Commands.table` is the one place to add one; `:help`, completion and suggestions derive from
/// it.
struct Command: Sendable {
  enum Argument: Sendable {
    case nothing, code, file, word

    /// How `:help` shows it.
    var usage: String {
      switch self {
      case .nothing: ""
      case .code: " code"
      case .file: " file"
      case .word: " [name]"
      }
    }

    var isOptional: Bool {
      switch self {
      case .nothing, .word: true
      case .code, .file: false
      }
    }
  }

  let name: String
  let argument: Argument
  let summary: String
  let run: @Sendable (ReplLoop, String) -> Void
}

enum Commands {
  static let table: [Command] = [
    Command(name: "help", argument: .word, summary: "these commands, or one of them") {
      $0.showHelp($1)
    },
    Command(name: "who", argument: .nothing, summary: "the names you have defined") { loop, _ in
      loop.showBindings()
    },
    Command(
      name: "module", argument: .word, summary: "the standard modules, or what one of them holds"
    ) { $0.showModule($1) },
    Command(name: "time", argument: .code, summary: "evaluate once and tell how long it took") {
      $0.time($1)
    },
    Command(
      name: "bench", argument: .code, summary: "evaluate many times; the median of one run"
    ) { $0.bench($1) },
    Command(
      name: "profile", argument: .code, summary: "evaluate once; which lines took how long"
    ) { $0.profile($1) },
    Command(name: "load", argument: .file, summary: "evaluate a script file in this session") {
      $0.load($1)
    },
    Command(
      name: "save", argument: .file, summary: "write the entries that succeeded to a script file"
    ) { $0.save($1) },
    Command(
      name: "figure", argument: .file, summary: "save the last figure: .svg, .png or .pdf"
    ) { $0.saveFigure($1) },
    Command(name: "quit", argument: .nothing, summary: "leave, as Ctrl-D does") { loop, _ in
      loop.quit()
    },
  ]

  /// What a typed line asks for, or what is wrong with it in one sentence.
  enum Request {
    case run(Command, argument: String)
    case inspect(String)
    case mistake(String)
  }

  /// Reads a line that begins with `:` or `?`.
  static func parse(_ line: String) -> Request {
    let body = line.dropFirst()
    if line.first == "?" {
      let name = trimmed(body)
      return name.isEmpty ? .mistake("`?name` shows the documentation of a name") : .inspect(name)
    }
    let name = String(body.prefix { !$0.isWhitespace })
    let argument = trimmed(body.dropFirst(name.count))
    guard let command = table.first(where: { $0.name == name }) else {
      let nearest = Suggestion.nearest(to: name, among: table.map(\.name))
      let help = nearest.map { "did you mean `:\($0)`?" } ?? "`:help` lists the commands"
      return .mistake("there is no command `:\(name)`; \(help)")
    }
    switch command.argument {
    case .nothing where !argument.isEmpty:
      return .mistake("`:\(name)` takes nothing after it, but «\(argument)» was given")
    case .code where argument.isEmpty, .file where argument.isEmpty:
      return .mistake("`:\(name)` needs something after it: `:\(name)\(command.argument.usage)`")
    case .nothing, .code, .file, .word:
      return .run(command, argument: argument)
    }
  }

  /// The lines of `:help`.
  static var overview: [String] {
    let rows =
      table.map { (":" + $0.name + $0.argument.usage, $0.summary) }
      + [
        ("?name", "documentation of a name: ?mean, ?linalg.solve"),
        ("Tab", "complete a name, a field, an argument or a path"),
        ("Ctrl-C", "drop the entry, or stop the evaluation and keep all values"),
      ]
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { usage, summary in
      "  " + usage + String(repeating: " ", count: width - usage.count + 2) + summary
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
