/// Something to tell the user: what is wrong, where, with which values, and what to do.
package struct Diagnostic: Error, Sendable {
  package enum Severity: String, Sendable {
    case error, warning
  }

  /// A span with a remark of its own, shown under the source line.
  package struct Label: Sendable {
    package let location: Location
    package let text: String

    package init(_ location: Location, _ text: String) {
      self.location = location
      self.text = text
    }
  }

  /// One step of a call trace in the user's lines: `loss(params, x, y)`, where it was called.
  package struct Frame: Sendable {
    package let call: String
    package let location: Location?
    /// How many equal calls in a row it stands for.
    package var count: Int

    package init(call: String, location: Location?, count: Int = 1) {
      self.call = call
      self.location = location
      self.count = count
    }
  }

  package let code: DiagnosticCode
  /// A warning is an error where the user wants it so.
  package var severity: Severity
  /// One plain sentence in the present tense, with the user's own names and values.
  package let message: String
  /// Where; nil only for what has no place in a text (a missing file named on the command line).
  package var location: Location?
  /// The remark at `location`; may be empty.
  package var note: String
  package var labels: [Label]
  package var hint: String?
  /// Innermost call first.
  package var trace: [Frame]

  package init(
    _ code: DiagnosticCode, _ message: String, at location: Location? = nil, note: String = "",
    labels: [Label] = [], hint: String? = nil, trace: [Frame] = []
  ) {
    self.code = code
    severity = code.rawValue.hasPrefix("W") ? .warning : .error
    self.message = message
    self.location = location
    self.note = note
    self.labels = labels
    self.hint = hint
    self.trace = trace
  }
}
