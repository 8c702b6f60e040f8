package import Diagnostics
package import Runtime

/// What the runner needs of a session. `Session` is one; tests have another.
package protocol CellEvaluator: AnyObject, Sendable {
  /// Static checks only: cells in order, each seeing the names that earlier ones define. One array
  /// per source.
  func check(_ sources: [SourceText]) -> [[Diagnostic]]

  /// Runs one cell to its end. `cell` is its identity for the random stream.
  func evaluate(
    _ source: SourceText, cell: String, request: DisplayRequest,
    emit: @escaping @Sendable (SessionEvent) -> Void
  ) -> Outcome

  /// Makes a name known before any cell: a parameter.
  func bind(_ name: String, to value: Value)

  /// Ends the running evaluation with this error (interrupted or timed out). Callable from any
  /// thread.
  func interrupt(as code: DiagnosticCode)
}
