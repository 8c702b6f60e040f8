package import Diagnostics
internal import Runtime

/// Whether a cell shows what it is claimed to.
package struct ClaimOutcome: Sendable {
  /// The differences of the `expect` fence, as a unified diff; nil when it holds or there is none.
  package let difference: [DiffLine]?
  /// The figures whose hash is not the claimed one: its place from 1, the claimed prefix, the hash
  /// (nil: no such figure).
  package let figures: [(number: Int, claimed: String?, hash: String?)]

  package var isMet: Bool { difference == nil && figures.isEmpty }

  /// Compares what a cell showed with its claims; nil when it makes none.
  package init?(_ result: CellResult) {
    let claimed = result.cell.options.figureHashes
    guard result.cell.claim != nil || !claimed.isEmpty else { return nil }
    difference = result.cell.claim.flatMap { claim in
      ClaimComparison(claim).difference(from: result.shownLines)
    }
    guard !claimed.isEmpty else {
      figures = []
      return
    }
    let hashes = result.figures.map { $0.figureHash ?? "" }
    figures = (0..<max(claimed.count, hashes.count)).compactMap { index in
      let claim = index < claimed.count ? claimed[index] : nil
      let hash = index < hashes.count ? hashes[index] : nil
      if let claim, let hash, hash.hasPrefix(claim) { return nil }
      return (index + 1, claim, hash)
    }
  }

  /// The digits of a figure's hash that `--accept` writes.
  package static let writtenDigits = 12
}

extension ClaimOutcome {
  /// The difference as an E0611 at the claim's place.
  package func diagnostic(of cell: Cell, in source: SourceText) -> Diagnostic {
    if difference != nil, let claim = cell.claim {
      return Diagnostic(
        .claimDiffers, "\(cell.title) does not show what is claimed",
        at: Location(source, Span(claim.fence.info.lowerBound, claim.fence.info.upperBound)),
        hint: "if what it shows now is right: lamella test --accept")
    }
    let figure = figures.first
    let message =
      switch (figure?.claimed, figure?.hash) {
      case (let claimed?, let hash?):
        "figure \(figure?.number ?? 0) of \(cell.title) has the hash "
          + "\(hash.prefix(ClaimOutcome.writtenDigits)), not \(claimed)"
      case (let claimed?, nil):
        "\(cell.title) shows no figure \(figure?.number ?? 0), claimed as \(claimed)"
      default:
        "figure \(figure?.number ?? 0) of \(cell.title) is not claimed in `fig-hash`"
      }
    return Diagnostic(
      .claimDiffers, message,
      at: Location(source, cell.options.figureHashSpan ?? cell.options.labelSpan),
      hint: "if what it shows now is right: lamella test --accept")
  }
}

/// A line of a difference.
package struct DiffLine: Equatable, Sendable {
  package enum Side: String, Sendable {
    case both = " "
    /// Claimed, but not shown.
    case claimed = "-"
    /// Shown, but not claimed.
    case shown = "+"
  }

  package let side: Side
  package let text: String

  package init(_ side: Side, _ text: String) {
    self.side = side
    self.text = text
  }
}
