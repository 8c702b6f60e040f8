/// Every operation, family by family.
package enum OperationTable {
  /// In documentation order.
  package static let families: [(title: String, operations: [Operation])] = [
    ("Elementwise", elementwiseOperations),
    ("Special functions", specialOperations),
    ("Creation", creationOperations),
    ("Reductions", reductionOperations),
    ("Shaping", shapingOperations),
    ("Gathering, searching and sorting", gatheringOperations),
    ("Linear algebra", linearAlgebraOperations),
    ("Array API", standardOperations + setOperations + compositeProducts),
    ("Running totals, segments and places", scatteringOperations),
    ("Statistics and curves", statisticsOperations),
    ("Fourier transforms", fourierOperations),
    ("Activations", activationOperations),
    ("Convolution and pooling", convolutionOperations + poolingOperations),
    ("Layers", layerOperations + groupedOperations),
    ("Codes", codeOperations),
    ("Losses", lossOperations),
  ]

  package static let all: [Operation] = families.flatMap(\.operations)
}
