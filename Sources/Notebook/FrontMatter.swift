internal import Diagnostics

/// What a notebook says of itself between `---` lines at its top.
package struct FrontMatter: Sendable {
  /// The version of the format that this program reads.
  package static let formatVersion = 1

  package var title: String?
  package var subtitle: String?
  package var authors: [String] = []
  package var date: String?
  package var description: String?
  /// A BCP 47 tag.
  package var language = "en"
  package var seed: UInt64 = 0
  package var parameters: [ParameterDeclaration] = []
  package var figures = FigureDefaults()

  package init() {}

  /// How figures are drawn unless a cell says otherwise.
  package struct FigureDefaults: Sendable {
    package var format: FigureFormat = .svg
    /// Width and height in pixels; nil leaves it to the figure.
    package var size: (width: Int, height: Int)?
  }

  /// A key of the front matter. To add one: a row in `FrontMatter.keys`.
  package struct Key: Sendable {
    package let name: String
    package let summary: String
    /// Stores the value; throws when it is of the wrong kind.
    let store: @Sendable (inout FrontMatter, YAMLValue, [String]) throws(NotebookProblem) -> Void
  }

  /// Every key, in the order of the documentation.
  package static let keys: [Key] = [
    text("title", "the notebook's title", \.title),
    text("subtitle", "a line under the title", \.subtitle),
    Key(name: "author", summary: "the author, or a list of authors") {
      (matter, value, _) throws(NotebookProblem) in
      matter.authors = try authors(value)
    },
    text("date", "a date, shown as written", \.date),
    text("description", "one sentence on what the notebook shows", \.description),
    Key(name: "lamella", summary: "the version of the format: 1") {
      (_, value, _) throws(NotebookProblem) in
      guard let version = value.int else {
        throw wrongValue("lamella", "a version number", value)
      }
      guard version == formatVersion else {
        throw NotebookProblem(.unsupportedVersion(version), at: value.span)
      }
    },
    Key(name: "seed", summary: "the seed of the random streams (0)") {
      (matter, value, _) throws(NotebookProblem) in
      guard let text = value.string, let seed = UInt64(text) else {
        throw wrongValue("seed", "a whole number from 0 to 2^64 - 1", value)
      }
      matter.seed = seed
    },
    Key(name: "params", summary: "the parameters, by name") {
      (matter, value, _) throws(NotebookProblem) in
      guard let pairs = value.mapping else {
        throw wrongValue("params", "a mapping of names to parameters", value)
      }
      for (key, value) in pairs {
        matter.parameters.append(try ParameterDeclaration(key: key, value: value))
      }
    },
    Key(name: "figures", summary: "`format` (svg or png) and `size` ([width, height] in pixels)") {
      (matter, value, _) throws(NotebookProblem) in
      matter.figures = try figures(value)
    },
    ignored("jupyter", "read by other programs; no effect"),
    ignored("format", "read by other programs; no effect"),
    Key(name: "lang", summary: "the language of the prose, such as `en` or `de-CH` (en)") {
      (matter, value, _) throws(NotebookProblem) in
      guard let tag = value.string, !tag.isEmpty, tag.utf8.count <= 40,
        tag.utf8.allSatisfy({ isTagByte($0) })
      else { throw wrongValue("lang", "a language tag such as en", value) }
      matter.language = tag
    },
  ]

  /// Reads a mapping of keys.
  init(_ yaml: YAMLValue) throws(NotebookProblem) {
    guard let pairs = yaml.mapping else {
      throw NotebookProblem(.frontMatterNotMapping(found: yaml.summary), at: yaml.span)
    }
    let known = FrontMatter.keys.map(\.name)
    for (key, value) in pairs {
      let name = key.string ?? ""
      guard let row = FrontMatter.keys.first(where: { $0.name == name }) else {
        throw NotebookProblem(
          .unknownKey(key.string ?? key.summary, known: known, place: .frontMatter), at: key.span)
      }
      try row.store(&self, value, known)
    }
  }

  // MARK: - Kinds of keys

  private static func text(
    _ name: String, _ summary: String,
    _ path: any WritableKeyPath<FrontMatter, String?> & Sendable
  ) -> Key {
    Key(name: name, summary: summary) { (matter, value, _) throws(NotebookProblem) in
      guard let text = value.string else { throw wrongValue(name, "a text", value) }
      matter[keyPath: path] = text
    }
  }

  private static func isTagByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func ignored(_ name: String, _ summary: String) -> Key {
    Key(name: name, summary: summary) { (_, _, _) throws(NotebookProblem) in }
  }

  private static func authors(_ value: YAMLValue) throws(NotebookProblem) -> [String] {
    if let name = value.string { return [name] }
    guard let items = value.sequence else {
      throw wrongValue("author", "a name or a list of names", value)
    }
    var names: [String] = []
    for item in items {
      guard let name = item.string else {
        throw wrongValue("author", "a name or a list of names", item)
      }
      names.append(name)
    }
    return names
  }

  private static func figures(_ value: YAMLValue) throws(NotebookProblem) -> FigureDefaults {
    guard let pairs = value.mapping else {
      throw wrongValue("figures", "a mapping such as { format: svg, size: [640, 400] }", value)
    }
    var defaults = FigureDefaults()
    for (key, value) in pairs {
      switch key.string {
      case "format":
        guard let format = value.string.flatMap(FigureFormat.init(rawValue:)) else {
          throw wrongValue("format", FigureFormat.expectation, value)
        }
        defaults.format = format
      case "size":
        let numbers = value.sequence?.compactMap(\.int) ?? []
        guard numbers.count == 2, numbers.allSatisfy(FigureFormat.pixels.contains) else {
          throw wrongValue("size", "[width, height], each from 16 to 10000 pixels", value)
        }
        defaults.size = (numbers[0], numbers[1])
      default:
        throw NotebookProblem(
          .unknownKey(key.string ?? key.summary, known: ["format", "size"], place: .figures),
          at: key.span)
      }
    }
    return defaults
  }

  private static func wrongValue(
    _ key: String, _ expected: String, _ value: YAMLValue
  ) -> NotebookProblem {
    NotebookProblem(
      .keyValue(key: key, expected: expected, found: value.summary), at: value.span)
  }
}

/// The formats in which a notebook's figures are drawn.
package enum FigureFormat: String, CaseIterable, Sendable {
  case svg, png

  package var mimeType: String {
    switch self {
    case .svg: "image/svg+xml"
    case .png: "image/png"
    }
  }

  static let expectation = "svg or png"
  /// Sizes that make sense, on either side.
  static let pixels = 16...10_000
}
