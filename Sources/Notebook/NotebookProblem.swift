package import Diagnostics

/// What is wrong with a notebook's text, without sentences: those stand in
/// `NotebookProblem+Diagnostics.swift`.
package struct NotebookProblem: Error, Sendable {
  package enum Kind: Sendable {
    /// YAML that cannot be read; `problem` is the YAML reader's own words.
    case malformedYAML(problem: String, place: Place)
    case frontMatterUnclosed
    case frontMatterNotMapping(found: String)
    case unknownKey(String, known: [String], place: Place)
    case keyValue(key: String, expected: String, found: String)
    case unknownOption(String, known: [String])
    case optionValue(option: String, expected: String, found: String)
    case unknownLanguage(String, known: [String])
    case optionsOnFence(String)
    case unclosedFence(String)
    case nestedCell(String)
    case claimWithoutCell(ClaimFault)
    case malformedPattern(String)
    case duplicateLabel(String, first: Span)
    case wolframNotebook
    case jupyterNotebook
    case notUTF8(offset: Int)
    case unsupportedVersion(Int)
  }

  /// Which mapping a key stands in.
  package enum Place: Sendable {
    case frontMatter, parameter, figures, options, claim, parameterFile
  }

  /// Why an `expect` fence claims nothing.
  package enum ClaimFault: Sendable {
    case noCell
    case secondClaim
    case cellNotRun
  }

  package let kind: Kind
  package let span: Span

  package init(_ kind: Kind, at span: Span) {
    self.kind = kind
    self.span = span
  }
}
