/// A row of `LayerTable`: everything the language, its documentation and its gallery know of a kind
/// of layer.
package struct LayerKind: Sendable {
  /// The builtin's name.
  package let name: String
  /// One sentence; more may follow after a blank line.
  package let summary: String
  /// In the order of the call; the figure, which comes before them, is not among them.
  package let parameters: [LayerParameter]
  /// A line of the language that draws one, with nothing defined before it.
  package let example: String
  package let make: @Sendable (LayerArguments) throws(PlotError) -> any Layer

  init(
    _ name: String, _ summary: String, _ parameters: [LayerParameter], example: String,
    make: @escaping @Sendable (LayerArguments) throws(PlotError) -> any Layer
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.example = example
    self.make = make
  }

  /// Makes the layer, with one value for each parameter in order; nil where it is left out.
  ///
  /// - Throws: `PlotError` of the kinds under «the user's data».
  package func layer(_ values: [PlotArgument?]) throws(PlotError) -> any Layer {
    try make(LayerArguments(layer: name, parameters: parameters, values: values))
  }
}

/// A parameter of a layer or of a figure.
package struct LayerParameter: Sendable {
  package enum Kind: Sendable {
    /// By position or name; must be given.
    case data
    /// By position or name; `default` is what documentation shows.
    case optionalData(default: String)
    /// By name only.
    case option(default: String)
  }

  package let name: String
  package let kind: Kind
  package let summary: String

  init(_ name: String, _ kind: Kind, _ summary: String) {
    self.name = name
    self.kind = kind
    self.summary = summary
  }

  static func option(_ name: String, _ text: String, _ summary: String) -> LayerParameter {
    LayerParameter(name, .option(default: text), summary)
  }
}
