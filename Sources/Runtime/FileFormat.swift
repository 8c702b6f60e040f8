/// A kind of file that `save` writes and `load` reads, chosen by the ending of the name. Kits bring
/// theirs; several may share an ending when they take different values.
package struct FileFormat: Sendable {
  /// Without its point, in small letters: `npy`.
  package let ending: String
  /// What the file holds, in a few words: `one tensor in NumPy's format`.
  package let summary: String
  /// Whether `save` gives it a value of this kind; its parts are looked at by `write`.
  package let takes: @Sendable (Value) -> Bool
  /// Writes `value(0)` to the path at 1; `size` is at 2. Notes the effect.
  package let write: @Sendable (inout CallContext) throws(CallFailure) -> Void
  /// The content of the file whose path is at 0; nil for what is only written.
  package let read: (@Sendable (inout CallContext) throws(CallFailure) -> Value)?

  package init(
    _ ending: String, _ summary: String, takes: @escaping @Sendable (Value) -> Bool,
    write: @escaping @Sendable (inout CallContext) throws(CallFailure) -> Void,
    read: (@Sendable (inout CallContext) throws(CallFailure) -> Value)? = nil
  ) {
    self.ending = ending
    self.summary = summary
    self.takes = takes
    self.write = write
    self.read = read
  }

  /// The ending of a path in small letters, `.gz` aside; the whole name when it has none.
  static func ending(of path: String) -> (text: String, isWholeName: Bool) {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    var parts = name.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count > 2, parts.last?.lowercased() == "gz" { parts.removeLast() }
    guard parts.count > 1, let last = parts.last, !last.isEmpty else { return (name, true) }
    return (last.lowercased(), false)
  }
}
