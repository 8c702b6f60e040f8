/// What `lamella explain CODE` shows: a short page on one kind of diagnostic.
package struct DiagnosticPage: Sendable {
  /// A few words that name the fault.
  package let title: String
  /// Why it is an error and what to do, in a few sentences.
  package let explanation: String
  /// A text that gives the diagnostic.
  package let wrong: String
  /// The same, put right.
  package let right: String

  package init(_ title: String, _ explanation: String, wrong: String, right: String) {
    self.title = title
    self.explanation = explanation
    self.wrong = wrong
    self.right = right
  }
}
