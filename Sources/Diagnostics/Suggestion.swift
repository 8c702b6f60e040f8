/// «Did you mean»: the nearest known spelling, when one is near enough to be likely.
package enum Suggestion {
  /// The candidate with the least edit distance to `name`, if that is at most a third of its length
  /// (and at least 1).
  ///
  /// Ties go to the candidate that comes first in alphabetical order, so the answer never depends
  /// on hash order.
  /// - Complexity: O(candidates · length²).
  package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars)
    let limit = max(1, wanted.count / 3)
    var best: (distance: Int, spelling: String)?
    for candidate in candidates where candidate != name {
      let scalars = Array(candidate.lowercased().unicodeScalars)
      guard abs(scalars.count - wanted.count) <= limit else { continue }
      let distance = editDistance(wanted, scalars)
      guard distance <= limit, scalars.count > distance else { continue }
      if let current = best, (current.distance, current.spelling) <= (distance, candidate) {
        continue
      }
      best = (distance, candidate)
    }
    return best?.spelling
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
  private static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var twoBack: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        let substitution = previous[j] + (a[i] == b[j] ? 0 : 1)
        var cost = min(substitution, previous[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, twoBack[j - 1] + 1)
        }
        row.append(cost)
      }
      twoBack = previous
      previous = row
    }
    return previous[b.count]
  }
}
