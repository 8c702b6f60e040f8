package import Diagnostics

extension NotebookProblem {
  /// The problem as a reader of the notebook meets it.
  package func diagnostic(in source: SourceText) -> Diagnostic {
    let location = Location(source, span)
    switch kind {
    case .malformedYAML(let problem, let place):
      let code: DiagnosticCode =
        switch place {
        case .options, .claim: .optionValue
        case .frontMatter, .parameter, .figures, .parameterFile: .frontMatter
        }
      return Diagnostic(
        code, "\(place.title) is not well-formed YAML: \(problem)", at: location,
        hint: "text with `: `, `#` or a leading symbol wants quotes: title: \"a: b\"")
    case .frontMatterUnclosed:
      return Diagnostic(
        .frontMatter, "the front matter is not closed", at: location, note: "opened here",
        hint: "end it with a line `---`")
    case .frontMatterNotMapping(let found):
      return Diagnostic(
        .frontMatter, "the front matter holds keys with values, not \(found)", at: location,
        hint: "write one `key: value` a line, for example `title: My notebook`")
    case .unknownKey(let key, let known, let place):
      return Diagnostic(
        .unknownKey, "\(place.title) has no key `\(key)`", at: location,
        hint: suggestion(for: key, among: known))
    case .keyValue(let key, let expected, let found):
      return Diagnostic(
        .frontMatter, "`\(key)` is \(expected), not \(found)", at: location)
    case .unknownOption(let option, let known):
      return Diagnostic(
        .unknownOption, "a cell has no option `\(option)`", at: location,
        hint: suggestion(for: option, among: known))
    case .optionValue(let option, let expected, let found):
      return Diagnostic(
        .optionValue, "the option `\(option)` is \(expected), not \(found)", at: location)
    case .unknownLanguage(let language, let known):
      return Diagnostic(
        .unknownOption, "a cell in `\(language)` cannot be run", at: location,
        hint: languageHint(language, known)
          ?? "code that is only shown is fenced without braces: ```\(language)")
    case .optionsOnFence(let text):
      return Diagnostic(
        .unknownOption, "the fence of a cell holds nothing after the braces, not `\(text)`",
        at: location, hint: "options go on lines `#| name: value` at the top of the cell")
    case .unclosedFence(let info):
      return Diagnostic(
        .unclosedFence, "the fence\(info.isEmpty ? "" : " `\(info)`") is not closed", at: location,
        note: "opened here", hint: "close it with as many backticks or tildes as opened it")
    case .nestedCell(let info):
      return Diagnostic(
        .unclosedFence, "`\(info)` stands inside a list or a quotation, where it is not run",
        at: location, hint: "begin the fence at the start of a line, after an empty line")
    case .claimWithoutCell(let fault):
      return Diagnostic(
        .claimWithoutCell, fault.sentence, at: location,
        hint: "an `expect` fence stands after the cell whose output it claims")
    case .malformedPattern(let pattern):
      return Diagnostic(
        .optionValue, "`\(pattern)` is not a well-formed regular expression", at: location)
    case .duplicateLabel(let label, let first):
      return Diagnostic(
        .duplicateLabel, "two cells have the label `\(label)`", at: location, note: "the second",
        labels: [.init(Location(source, first), "the first")])
    case .wolframNotebook, .jupyterNotebook, .notUTF8, .unsupportedVersion:
      return fileDiagnostic(at: location)
    }
  }

  /// Problems of the file as a whole.
  private func fileDiagnostic(at location: Location) -> Diagnostic {
    switch kind {
    case .wolframNotebook:
      return Diagnostic(
        .wolframNotebook,
        "`\(location.source.name)` is a Wolfram notebook, which has the same ending",
        hint: "a Lamella notebook is Markdown with ```{lamella} cells: lamella new my.nb")
    case .jupyterNotebook:
      return Diagnostic(
        .fileUnreadable, "`\(location.source.name)` is a Jupyter notebook (JSON)",
        hint: "a Lamella notebook is Markdown with ```{lamella} cells: lamella new my.nb")
    case .notUTF8(let offset):
      return Diagnostic(
        .fileUnreadable,
        "`\(location.source.name)` is not UTF-8 text: the byte at offset \(offset) does not belong",
        hint: "convert it: iconv -f LATIN1 -t UTF-8")
    case .unsupportedVersion(let version):
      return Diagnostic(
        .unsupportedVersion,
        "the notebook has format version \(version); this program reads version "
          + "\(FrontMatter.formatVersion)", at: location)
    default:
      return Diagnostic(.internalError, "a problem of a notebook has no sentence", at: location)
    }
  }

  /// `{expect rtol=0.1}` for `{expect} rtol=0.1`, or a language spelled amiss.
  private func languageHint(_ language: String, _ known: [String]) -> String? {
    let words = language.split(separator: " ", maxSplits: 1).map(String.init)
    if words.count == 2, words[0] == "expect" { return "did you mean `{expect} \(words[1])`?" }
    if words.count == 2, known.contains(words[0]) {
      return "options go on lines `#| name: value` at the top of the cell"
    }
    return Suggestion.nearest(to: language, among: known).map { "did you mean `{\($0)}`?" }
  }

  private func suggestion(for name: String, among known: [String]) -> String {
    Suggestion.nearest(to: name, among: known).map { "did you mean `\($0)`?" }
      ?? "known: \(known.joined(separator: ", "))"
  }
}

extension NotebookProblem.Place {
  var title: String {
    switch self {
    case .frontMatter: "the front matter"
    case .parameter: "the declaration of a parameter"
    case .figures: "`figures`"
    case .options: "an option line"
    case .claim: "an `expect` fence"
    case .parameterFile: "the file of parameters"
    }
  }
}

extension NotebookProblem.ClaimFault {
  var sentence: String {
    switch self {
    case .noCell: "no cell stands before this claim"
    case .secondClaim: "the cell before has a claim already"
    case .cellNotRun: "the cell before is not run (`eval: false`), so it shows nothing to claim"
    }
  }
}
