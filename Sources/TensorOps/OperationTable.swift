/// Every operation, family by family.
package enum OperationTable {
  /// In documentation order.
  package static let families: [(title: String, operations: [Operation])] = [
    ("Elementwise", elementwiseOperations),
    ("Creation", creationOperations),
    ("Reductions", reductionOperations),
    ("Shaping", shapingOperations),
    ("Gathering, searching and sorting", gatheringOperations),
    ("Linear algebra", linearAlgebraOperations),
  ]

  package static let all: [Operation] = families.flatMap(\.operations)
}
