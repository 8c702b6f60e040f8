/// Native primitives of a domain, added to a session: `PlotKit`, `DataKit`.
package struct Kit: Sendable {
  package let name: String
  package let builtins: [Builtin]

  package init(name: String, builtins: [Builtin]) {
    self.name = name
    self.builtins = builtins
  }
}
