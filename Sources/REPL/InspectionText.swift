package import Runtime

/// What `?name` and `lamella doc` show.
package enum InspectionText {
  /// Signature, documentation and examples, as they stand at a prompt.
  package static func plain(_ inspection: Inspection) -> String {
    var parts = [inspection.header]
    if !inspection.documentation.isEmpty { parts.append(inspection.documentation) }
    if !inspection.examples.isEmpty {
      parts.append(lines(of: inspection).map { "  " + $0 }.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The same in Markdown, with the signature as a heading.
  package static func markdown(_ inspection: Inspection) -> String {
    var parts = ["### `\(inspection.header)`"]
    if !inspection.documentation.isEmpty { parts.append(inspection.documentation) }
    if !inspection.examples.isEmpty {
      parts.append("```\n\(lines(of: inspection).joined(separator: "\n"))\n```")
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The first sentence of the documentation.
  package static func summary(_ inspection: Inspection) -> String {
    let paragraph = inspection.documentation.prefix { $0 != "\n" }
    guard let end = paragraph.firstRange(of: ". ") else { return String(paragraph) }
    return String(paragraph[..<end.lowerBound]) + "."
  }

  /// The examples as an exchange at the prompt.
  private static func lines(of inspection: Inspection) -> [String] {
    inspection.examples.flatMap { example -> [String] in
      let code = example.code.split(separator: "\n", omittingEmptySubsequences: false)
      let asked = code.enumerated().map { ($0 == 0 ? ">>> " : "... ") + $1 }
      return asked + example.gives.split(separator: "\n").map(String.init)
    }
  }
}
