package import Diagnostics
package import Runtime

/// What happened to a cell in a run. What was written is `Cell`.
package struct CellResult: Sendable {
  package enum Status: String, Sendable {
    /// Ran to its end, or failed as it was claimed to.
    case done
    case failed
    /// Not run: it needs what a failed cell defines.
    case skipped
    /// Not run: the run stopped before.
    case notReached = "not reached"
    /// Not run: `eval: false`.
    case notEvaluated = "not evaluated"
  }

  /// A thing the cell showed, in order.
  package enum Piece: Sendable {
    case output(String)
    case item(DisplayItem)
    case warning(Diagnostic)
  }

  package let cell: Cell
  package var status: Status
  package var pieces: [Piece] = []
  /// The errors that ended the cell: of a failed cell, or those a cell with `error:` was to show.
  package var errors: [Diagnostic] = []
  /// Why the cell is not a function of its inputs: it wrote a file, read the clock.
  package var effects: [String] = []
  /// For a skipped cell: the name it needs, and the cell that failed to define it.
  package var missing: (name: String, cell: String)?
  package var seconds: Double = 0
  /// What the claims of the cell came to; nil when it makes none or did not run.
  package var claim: ClaimOutcome?

  package init(cell: Cell, status: Status) {
    self.cell = cell
    self.status = status
  }

  /// The figures the cell showed, in order.
  package var figures: [DisplayItem] {
    pieces.compactMap {
      guard case .item(let item) = $0, item.isFigure else { return nil }
      return item
    }
  }

  /// The lines that a claim is about.
  package var shownLines: [String] { CellResult.lines(pieces, errors) }

  /// What was printed and the text of what was shown, in order; `[figure]` for a figure; and for a
  /// cell that failed as it
  /// was to, its errors, `error[E0203]: …`, one line each.
  package static func lines(_ pieces: [Piece], _ errors: [Diagnostic]) -> [String] {
    var text = ""
    func startLine() {
      if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
    }
    for piece in pieces {
      switch piece {
      case .output(let output):
        text += output
      case .item(let item):
        startLine()
        text += (item.isFigure ? "[figure]" : item.plainText) + "\n"
      case .warning:
        continue
      }
    }
    for error in errors {
      startLine()
      text += "\(error.severity.rawValue)[\(error.code.rawValue)]: \(error.message)\n"
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

extension DisplayItem {
  /// Whether the item is a picture.
  package var isFigure: Bool {
    figureHash != nil || representations.contains { $0.mimeType.hasPrefix("image/") }
  }
}

/// What a run came to.
package struct RunResult: Sendable {
  package enum Ending: Sendable {
    case done
    case failed
    case timedOut
    case interrupted
  }

  package let document: NotebookDocument
  package let parameters: [(name: String, value: ParameterValue)]
  package let seed: UInt64
  package let cells: [CellResult]
  package let ending: Ending

  package init(
    document: NotebookDocument, parameters: [(name: String, value: ParameterValue)],
    seed: UInt64, cells: [CellResult], ending: Ending
  ) {
    self.document = document
    self.parameters = parameters
    self.seed = seed
    self.cells = cells
    self.ending = ending
  }

  /// The errors of the failed cells, in order.
  package var errors: [Diagnostic] {
    cells.filter { $0.status == .failed }.flatMap(\.errors)
  }

  /// Whether a claim differs from what its cell showed.
  package var hasDifferences: Bool { cells.contains { $0.claim?.isMet == false } }
}

/// What happens in a run, in order, for whoever shows it.
package enum RunEvent: Sendable {
  case began(cells: Int)
  case cellBegan(Cell)
  case output(Cell, String)
  case item(Cell, DisplayItem)
  case warning(Cell, Diagnostic)
  case cellEnded(CellResult)
}
