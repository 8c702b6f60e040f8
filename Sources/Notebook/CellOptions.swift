package import Diagnostics

/// The `#|` options at the top of a cell.
package struct CellOptions: Sendable {
  /// What a cell must do to be right.
  package enum Failure: Equatable, Sendable {
    /// It must not fail.
    case none
    /// It must fail, with any error.
    case any
    /// It must fail with this error.
    case code(DiagnosticCode)
  }

  package enum CacheUse: String, CaseIterable, Sendable {
    case auto, off
  }

  package var label: String?
  package var showsCode = true
  package var showsOutput = true
  package var isEvaluated = true
  package var isIncluded = true
  package var failure = Failure.none
  package var cache = CacheUse.auto
  package var timeoutSeconds: Double?
  package var figureWidth: Int?
  package var figureHeight: Int?
  package var figureFormat: FigureFormat?
  package var figureCaption: String?
  package var figureAlternative: String?
  /// Leading hexadecimal digits of the hash of each figure the cell shows; `new` where `--accept`
  /// shall write it.
  package var figureHashes: [String] = []
  /// Where `label` and `fig-hash` stand in the file.
  package var labelSpan = Span.zero
  package var figureHashSpan: Span?

  package init() {}

  /// One option. To add one: a row in `CellOptions.table`.
  package struct Row: Sendable {
    package let name: String
    /// What a value is, as documentation and messages say it.
    package let expectation: String
    package let defaultText: String
    package let summary: String
    /// Stores the value; false when it is of the wrong kind.
    let store: @Sendable (inout CellOptions, YAMLValue) -> Bool
  }

  /// Every option, in the order of the documentation.
  package static let table: [Row] = [
    Row(
      name: "label", expectation: "a name of letters, digits, `-`, `_` and `.`, a letter first",
      defaultText: "the cell's number",
      summary: "Names the cell: in messages, as an anchor, in figures' file names, for its stream."
    ) { options, value in
      guard let text = value.string, isLabel(text) else { return false }
      options.label = text
      options.labelSpan = value.span
      return true
    },
    flag("echo", true, "Shows the code.", \.showsCode),
    flag("output", true, "Shows what the cell prints and its value.", \.showsOutput),
    flag("eval", true, "Runs the cell.", \.isEvaluated),
    flag("include", true, "Shows the cell at all; one that is left out still runs.", \.isIncluded),
    Row(
      name: "error", expectation: "true, false or an error code such as E0203",
      defaultText: "false", summary: "The cell must fail: with any error, or with this one."
    ) { options, value in
      if let flag = value.bool {
        options.failure = flag ? .any : .none
        return true
      }
      guard let code = value.string.flatMap(DiagnosticCode.init(rawValue:)) else { return false }
      options.failure = .code(code)
      return true
    },
    choice(
      "cache", .auto, "Whether the result may be kept between runs.", \.cache),
    Row(
      name: "timeout", expectation: "a time such as 30s, 500ms, 2min or 1h",
      defaultText: "none", summary: "Stops the cell after this time; the run ends with exit code 5."
    ) { options, value in
      guard let seconds = value.string.flatMap(seconds(ofText:)) else { return false }
      options.timeoutSeconds = seconds
      return true
    },
    pixels("fig-width", "The width of the cell's figures.", \.figureWidth),
    pixels("fig-height", "The height of the cell's figures.", \.figureHeight),
    Row(
      name: "fig-format", expectation: FigureFormat.expectation,
      defaultText: "the front matter's", summary: "The format of the cell's figures."
    ) { options, value in
      guard let format = value.string.flatMap(FigureFormat.init(rawValue:)) else { return false }
      options.figureFormat = format
      return true
    },
    text("fig-cap", "A caption under the figure, in Markdown.", \.figureCaption),
    text(
      "fig-alt", "A sentence for readers who do not see the figure.", \.figureAlternative),
    Row(
      name: "fig-hash", expectation: "6 or more hexadecimal digits, `new`, or a list of these",
      defaultText: "none",
      summary: "Claims the cell's figures, in order, by a hash of their data and script."
    ) { options, value in
      let texts = value.sequence?.map(\.string) ?? [value.string]
      for text in texts {
        guard let text, text == "new" || isHashPrefix(text) else { return false }
        options.figureHashes.append(text)
      }
      options.figureHashSpan = value.span
      return true
    },
  ]

  /// Reads a mapping of options.
  init(_ yaml: YAMLValue) throws(NotebookProblem) {
    guard let pairs = yaml.mapping else {
      throw NotebookProblem(
        .malformedYAML(problem: "expected `name: value`, found \(yaml.summary)", place: .options),
        at: yaml.span)
    }
    for (key, value) in pairs {
      let name = key.string ?? key.summary
      guard let row = CellOptions.table.first(where: { $0.name == name }) else {
        throw NotebookProblem(
          .unknownOption(name, known: CellOptions.table.map(\.name)), at: key.span)
      }
      guard row.store(&self, value) else {
        throw NotebookProblem(
          .optionValue(option: name, expected: row.expectation, found: value.summary),
          at: value.span)
      }
    }
  }

  // MARK: - Kinds of rows

  private static func flag(
    _ name: String, _ initial: Bool, _ summary: String,
    _ path: any WritableKeyPath<CellOptions, Bool> & Sendable
  ) -> Row {
    Row(
      name: name, expectation: "true or false", defaultText: String(initial), summary: summary
    ) { options, value in
      guard let flag = value.bool else { return false }
      options[keyPath: path] = flag
      return true
    }
  }

  private static func choice(
    _ name: String, _ initial: CacheUse, _ summary: String,
    _ path: any WritableKeyPath<CellOptions, CacheUse> & Sendable
  ) -> Row {
    Row(
      name: name, expectation: CacheUse.allCases.map(\.rawValue).joined(separator: " or "),
      defaultText: initial.rawValue, summary: summary
    ) { options, value in
      guard let use = value.string.flatMap(CacheUse.init(rawValue:)) else { return false }
      options[keyPath: path] = use
      return true
    }
  }

  private static func pixels(
    _ name: String, _ summary: String, _ path: any WritableKeyPath<CellOptions, Int?> & Sendable
  ) -> Row {
    Row(
      name: name, expectation: "a whole number of pixels from 16 to 10000",
      defaultText: "the front matter's", summary: summary
    ) { options, value in
      guard let number = value.int, FigureFormat.pixels.contains(number) else { return false }
      options[keyPath: path] = number
      return true
    }
  }

  private static func text(
    _ name: String, _ summary: String,
    _ path: any WritableKeyPath<CellOptions, String?> & Sendable
  ) -> Row {
    Row(name: name, expectation: "a text", defaultText: "none", summary: summary) {
      options, value in
      guard let text = value.string else { return false }
      options[keyPath: path] = text
      return true
    }
  }

  // MARK: - Values

  static func isLabel(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.properties.isAlphabetic else { return false }
    return text.utf8.count <= 100
      && text.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType == .decimal
          || "-_.".contains(
            Character($0))
      }
  }

  private static func isHashPrefix(_ text: String) -> Bool {
    text.utf8.count >= 6 && text.allSatisfy { $0.isHexDigit && $0.isASCII && !$0.isUppercase }
  }

  /// Seconds of `30s`, `500ms`, `2min`, `1h`, or of a bare number; nil unless positive and at most
  /// a week.
  static func seconds(ofText text: String) -> Double? {
    let units: [(String, Double)] = [("ms", 0.001), ("min", 60), ("s", 1), ("m", 60), ("h", 3600)]
    let unit = units.first { text.hasSuffix($0.0) }
    let number = text.dropLast(unit?.0.count ?? 0)
    guard let value = YAMLValue.float(String(number)) else { return nil }
    let seconds = value * (unit?.1 ?? 1)
    return seconds > 0 && seconds <= 604_800 ? seconds : nil
  }
}
