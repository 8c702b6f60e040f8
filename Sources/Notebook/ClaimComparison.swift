/// Compares what a cell shows with a claim, line by line and word by word.
///
/// - A number matches a number within `max(atol + rtol·|claimed|, half a unit of the last digit
///   claimed)`: a claim is read as
///   rounded where its author rounded it. Whole numbers on both sides are equal unless the fence
///   gives a tolerance.
/// - Other text matches exactly; how much white space stands between words does not count.
/// - A claimed line `...` matches any lines, and `/re/` a line that the regular expression matches
///   as a whole.
package struct ClaimComparison: Sendable {
  private let lines: [String]
  private let rtol: Double?
  private let atol: Double

  package init(lines: [String], rtol: Double? = nil, atol: Double = 0) {
    self.lines = lines
    self.rtol = rtol
    self.atol = atol
  }

  package init(_ claim: Claim) {
    var lines = claim.lines
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    self.init(lines: lines, rtol: claim.rtol, atol: claim.atol)
  }

  /// A diff when the claim does not hold; nil when it does.
  ///
  /// - Complexity: O(claimed · shown) line comparisons; past four million, lines are compared in
  ///   step.
  package func difference(from shown: [String]) -> [DiffLine]? {
    let claimed = lines.map(Line.init)
    let actual = shown.map { Line.text(ClaimWord.words(of: $0)) }
    guard claimed.count * max(1, actual.count) <= 4_000_000 else {
      return differenceInStep(claimed, actual, shown)
    }
    let steps = alignment(of: claimed, with: actual, shown)
    guard steps.contains(where: { $0.side != .both }) else { return nil }
    return
      steps
      .map { DiffLine($0.side, $0.side == .claimed ? lines[$0.line] : shown[$0.line]) }
  }

  // MARK: - Lines

  /// A line, prepared for comparison.
  private enum Line {
    case anyLines
    case pattern(String)
    case text([ClaimWord])

    init(_ line: String) {
      if line.trimmed == "..." {
        self = .anyLines
      } else if let pattern = ClaimComparison.pattern(ofLine: line) {
        self = .pattern(pattern)
      } else {
        self = .text(ClaimWord.words(of: line))
      }
    }
  }

  /// The regular expression of a line `/re/`.
  static func pattern(ofLine line: String) -> String? {
    let line = line.trimmed
    guard line.count > 2, line.hasPrefix("/"), line.hasSuffix("/") else { return nil }
    return String(line.dropFirst().dropLast())
  }

  private func matches(_ claimed: Line, _ actual: [ClaimWord], _ text: String) -> Bool {
    switch claimed {
    case .anyLines:
      return true
    case .pattern(let pattern):
      guard let regex = try? Regex<AnyRegexOutput>(pattern) else { return false }
      return text.trimmed.wholeMatch(of: regex) != nil
    case .text(let words):
      guard words.count == actual.count else { return false }
      return zip(words, actual).allSatisfy { $0.matches($1, rtol: rtol, atol: atol) }
    }
  }

  /// The alignment with the fewest lines that differ: dynamic programming over the rest of both
  /// sides.
  private func alignment(
    of claimed: [Line], with actual: [Line], _ shown: [String]
  ) -> [(side: DiffLine.Side, line: Int)] {
    let width = actual.count + 1
    // cost[i][j]: lines that differ when claimed[i...] meets shown[j...].
    var cost = [Int32](repeating: 0, count: (claimed.count + 1) * width)
    var isMatch = [Bool](repeating: false, count: (claimed.count + 1) * width)
    for i in stride(from: claimed.count, through: 0, by: -1) {
      for j in stride(from: actual.count, through: 0, by: -1) {
        let here = i * width + j
        if i == claimed.count {
          cost[here] = Int32(actual.count - j)
        } else if case .anyLines = claimed[i] {
          let skip = j < actual.count ? cost[here + 1] : .max
          cost[here] = min(cost[here + width], skip)
        } else {
          var best = 1 + cost[here + width]
          if j < actual.count {
            best = min(best, 1 + cost[here + 1])
            if case .text(let words) = actual[j], matches(claimed[i], words, shown[j]) {
              isMatch[here] = true
              best = min(best, cost[here + width + 1])
            }
          }
          cost[here] = best
        }
      }
    }
    return walk(claimed, actual.count, cost, isMatch)
  }

  private func walk(
    _ claimed: [Line], _ count: Int, _ cost: [Int32], _ isMatch: [Bool]
  ) -> [(side: DiffLine.Side, line: Int)] {
    let width = count + 1
    var steps: [(side: DiffLine.Side, line: Int)] = []
    var (i, j) = (0, 0)
    while i < claimed.count || j < count {
      let here = i * width + j
      if i == claimed.count {
        steps.append((.shown, j))
        j += 1
      } else if case .anyLines = claimed[i] {
        if cost[here] == cost[here + width] {
          i += 1
        } else {
          steps.append((.both, j))
          j += 1
        }
      } else if isMatch[here], cost[here] == cost[here + width + 1] {
        steps.append((.both, j))
        (i, j) = (i + 1, j + 1)
      } else if cost[here] == 1 + cost[here + width] {
        steps.append((.claimed, i))
        i += 1
      } else {
        steps.append((.shown, j))
        j += 1
      }
    }
    return steps
  }

  /// For very long outputs: the first line that differs, and the rest of both.
  private func differenceInStep(
    _ claimed: [Line], _ actual: [Line], _ shown: [String]
  ) -> [DiffLine]? {
    var same = 0
    while same < claimed.count, same < actual.count, case .text(let words) = actual[same],
      matches(claimed[same], words, shown[same])
    { same += 1 }
    guard same < claimed.count || same < actual.count else { return nil }
    return lines[same...].prefix(20).map { DiffLine(.claimed, $0) }
      + shown[same...].prefix(20).map { DiffLine(.shown, $0) }
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    let start = drop { $0.isWhitespace }
    var end = start
    while end.last?.isWhitespace == true { end.removeLast() }
    return String(end)
  }
}
