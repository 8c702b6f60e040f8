internal import Diagnostics
internal import Runtime

/// Writes a notebook's claims anew after what its cells show: `lamella test --accept`.
package enum ClaimRewriter {
  /// The notebook with every claim that differs replaced; nil when all hold.
  package static func accepted(_ run: RunResult) -> [UInt8]? {
    var writer = NotebookWriter(run.document)
    var hasChanged = false
    for result in run.cells {
      guard let outcome = result.claim, !outcome.isMet else { continue }
      if outcome.difference != nil, let claim = result.cell.claim {
        writer.replace(claim, with: result.shownLines)
        hasChanged = true
      }
      if !outcome.figures.isEmpty, let range = optionRange(of: result.cell, in: run.document) {
        let hashes = result.figures.map {
          String(($0.figureHash ?? "").prefix(ClaimOutcome.writtenDigits))
        }
        let value = hashes.count == 1 ? hashes[0] : "[\(hashes.joined(separator: ", "))]"
        writer.replace(range, with: value)
        hasChanged = true
      }
    }
    return hasChanged ? writer.bytes : nil
  }

  /// The value of `fig-hash` on its option line: from its first character to the end of the line.
  private static func optionRange(of cell: Cell, in document: NotebookDocument) -> Range<Int>? {
    guard let span = cell.options.figureHashSpan else { return nil }
    let bytes = document.source.bytes
    let start = Int(span.start)
    let end = bytes[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    return start..<(end ?? bytes.count)
  }
}
