internal import ArgumentParser
internal import Diagnostics
internal import REPL
internal import Runtime

/// `lamella doc`: the reference, made from the documentation of builtins and standard modules.
struct DocCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc", abstract: "Show the reference, or what is known of one name.")

  @Argument(help: "A name, for example mean or linalg.solve; without one, everything is listed.")
  var name: String?

  @Flag(help: "Print the whole reference as Markdown.")
  var markdown = false

  func run() throws {
    let session = makeSession(workingFolder: ".")
    let output = TextOutput.standardOutput
    guard let name else {
      let families = session.documentation
      return output.write(families.map(markdown ? Self.chapter : Self.list).joined(separator: "\n"))
    }
    if let inspection = session.inspect(name) {
      let text = markdown ? InspectionText.markdown(inspection) : InspectionText.plain(inspection)
      return output.write(text)
    }
    let known = session.documentation.flatMap(\.entries).map(\.name)
    let nearest = Suggestion.nearest(to: name, among: known)
    throw ValidationError(
      "there is nothing called «\(name)»; "
        + (nearest.map { "did you mean \($0)?" } ?? "`lamella doc` lists what there is."))
  }

  private static func list(_ family: DocumentationFamily) -> String {
    let width = family.entries.map(\.name.count).max() ?? 0
    let lines = family.entries.map { entry in
      "  " + entry.name + String(repeating: " ", count: width - entry.name.count + 2)
        + InspectionText.summary(entry) + "\n"
    }
    return family.title + "\n" + lines.joined()
  }

  private static func chapter(_ family: DocumentationFamily) -> String {
    "## \(family.title)\n\n" + family.entries.map(InspectionText.markdown).joined(separator: "\n")
  }
}
