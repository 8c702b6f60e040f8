/// Native primitives of a domain, added to a session: `PlotKit`, `DataKit`.
package struct Kit: Sendable {
  package let name: String
  package let builtins: [Builtin]
  /// What `save` and `load` then know.
  package let fileFormats: [FileFormat]

  package init(name: String, builtins: [Builtin], fileFormats: [FileFormat] = []) {
    self.name = name
    self.builtins = builtins
    self.fileFormats = fileFormats
  }
}
