package import Diagnostics

/// What a session is made with.
package struct SessionOptions: Sendable {
  package var kits: [Kit]
  /// `$LAMELLA_STDLIB`, `<exe>/../share/lamella` or the source tree's `stdlib`; see
  /// `StandardLibrary.locate()`.
  package var standardLibraryFolder: String
  /// Relative paths of the user are resolved against it.
  package var workingFolder: String
  package var seed: UInt64
  package var limits: Limits
  /// `--strict`: warnings of the evaluator are errors.
  package var isStrict: Bool

  package init(
    kits: [Kit] = [], standardLibraryFolder: String, workingFolder: String, seed: UInt64 = 0,
    limits: Limits = Limits(), isStrict: Bool = false
  ) {
    self.kits = kits
    self.standardLibraryFolder = standardLibraryFolder
    self.workingFolder = workingFolder
    self.seed = seed
    self.limits = limits
    self.isStrict = isStrict
  }
}

/// What happens while a cell runs, in order. Delivered on the evaluator's thread.
package enum SessionEvent: Sendable {
  /// Text printed by the cell.
  case output(String)
  /// A value shown in mid-cell (`show(fig)`).
  case display(DisplayItem)
  case warning(Diagnostic)
  /// The cell wrote a file or read the clock: it is not a function of its inputs.
  case effect(String)
}

/// How a cell ended.
package struct Outcome: Sendable {
  /// The last expression's value; nil after a statement or an error. Set even when silenced by `;`.
  package let value: Value?
  /// What to show; nil when there is nothing to show (a statement, `none`, silenced by `;`, or an
  /// error).
  package let display: DisplayItem?
  /// Static errors (then nothing ran) or the one error that stopped the cell. Empty on success.
  package let errors: [Diagnostic]
  /// Whether the errors were found before anything ran.
  package let isStatic: Bool

  package init(value: Value?, display: DisplayItem?, errors: [Diagnostic], isStatic: Bool) {
    self.value = value
    self.display = display
    self.errors = errors
    self.isStatic = isStatic
  }
}

/// One completion of the word before the cursor.
package struct Completion: Sendable, Hashable {
  package enum Kind: Sendable { case variable, function, module, field, argument, keyword, path }

  package let text: String
  package let kind: Kind

  package init(text: String, kind: Kind) {
    self.text = text
    self.kind = kind
  }
}

/// What `?name` shows.
package struct Inspection: Sendable {
  package let name: String
  /// `mean(x, axis = none, keepdims = false)` for something callable, else `x: f64[3]`.
  package let header: String
  package let documentation: String
  package let examples: [(code: String, gives: String)]

  package init(
    name: String, header: String, documentation: String, examples: [(code: String, gives: String)]
  ) {
    self.name = name
    self.header = header
    self.documentation = documentation
    self.examples = examples
  }
}

/// Whether an entry can be evaluated as it stands, for a prompt that waits for more lines.
package enum Completeness: Sendable { case complete, incomplete, malformed }

/// A chapter of the reference: a family of builtins, or a module.
package struct DocumentationFamily: Sendable {
  package let title: String
  package let entries: [Inspection]

  package init(title: String, entries: [Inspection]) {
    self.title = title
    self.entries = entries
  }
}
