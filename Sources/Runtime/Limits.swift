/// What a session may use before it stops with a diagnostic.
package struct Limits: Sendable {
  /// Calls inside calls.
  package var callDepth: Int
  /// Native code calling back into the language (`map` inside `map`), which uses the native stack.
  package var nativeDepth: Int
  /// Cells of the machine's stack, 16 bytes each; reserved, not touched.
  package var stackCells: Int
  /// Bytes that values may take; 0 takes four fifths of the machine's memory.
  package var memoryBytes: Int

  package init(
    callDepth: Int = 250_000, nativeDepth: Int = 2_000, stackCells: Int = 1 << 25,
    memoryBytes: Int = 0
  ) {
    self.callDepth = callDepth
    self.nativeDepth = nativeDepth
    self.stackCells = stackCells
    self.memoryBytes = memoryBytes
  }
}
