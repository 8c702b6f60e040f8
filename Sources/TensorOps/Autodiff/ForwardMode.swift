internal import TensorCore

// Forward differentiation by the rules of reverse: a rule is linear in the cotangents, and its
// transpose, which reverse differentiation of the rule itself gives, takes tangents of the operands
// to tangents of the results.

/// The results with their tangents, as values of `level`.
///
/// - Complexity: a small constant times the operation.
func pushForward(
  _ rule: Pullback.Rule, _ tangents: [Variable?], _ level: Level, _ operands: [Variable],
  _ results: [Variable]
) throws(TensorError) -> [Variable] {
  let tape = Tape(level: Level())
  // The value of a cotangent does not matter, the rule being linear in it.
  var cotangents: [Variable] = []
  for result in results {
    cotangents.append(
      result.isFloating ? tape.follow(try result.zeros()) : try result.zeros())
  }
  let parts = try rule(
    Pullback(
      operands: operands, isWanted: tangents.map { $0 != nil }, results: results,
      cotangents: cotangents))
  var seeds: [(result: Variable, cotangent: Variable)] = []
  for (index, tangent) in tangents.enumerated() {
    guard let tangent, let part = parts[index] else { continue }
    seeds.append((try part.fitted(to: operands[index]), tangent))
  }
  let found = try tape.cotangents(of: cotangents, from: seeds, consuming: true)
  return zip(results, found).map { result, tangent in
    guard let tangent else { return result }
    return .traced(Trace(level: level, primal: result, role: .dual(tangent: tangent)))
  }
}
