internal import JSON

/// A file that an export is made of.
package struct ExportFile: Sendable {
  /// Relative to the folder of the export; `/` parts folders.
  package let path: String
  package let bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  package init(path: String, text: String) {
    self.init(path: path, bytes: Array(text.utf8))
  }
}

/// What an exporter knows besides the run.
package struct ExportContext: Sendable {
  /// The folder of the notebook, where pictures of the prose are found.
  package var notebookFolder: String
  /// Programs and their versions, in the order shown.
  package var versions: [(program: String, version: String)]
  /// Where the figures of the run stand, relative to the page: `figures`.
  package var figureFolder: String

  package init(
    notebookFolder: String, versions: [(program: String, version: String)],
    figureFolder: String = "figures"
  ) {
    self.notebookFolder = notebookFolder
    self.versions = versions
    self.figureFolder = figureFolder
  }
}

/// A format in which a run is written: a pure function from a run to a page.
///
/// To add one: a file `<Name>Exporter.swift` and a row in `ExporterTable`.
package struct Exporter: Sendable {
  /// As `--to` names it.
  package let name: String
  package let summary: String
  /// The ending of its page.
  package let fileEnding: String
  /// Whether the page needs the figures' files beside it.
  package let linksFigures: Bool
  package let page: @Sendable (RunResult, ExportContext) -> String
}

/// The formats of `--to`, the default first.
package enum ExporterTable {
  package static let all: [Exporter] = [HTMLExporter.exporter, MarkdownExporter.exporter]

  package static func exporter(named name: String) -> Exporter? { all.first { $0.name == name } }
}

extension RunResult {
  /// The text of `run.json`.
  package func record(_ context: ExportContext) -> String {
    RunRecord.json(self, context).document
  }

  /// The figures of all cells, in order.
  package func figureFiles(in folder: String) -> [ExportFile] {
    cells.flatMap { result in
      result.figures.enumerated().compactMap { index, item in
        item.picture.map {
          ExportFile(path: "\(folder)/\(result.figureName(index, $0.ending))", bytes: $0.data)
        }
      }
    }
  }
}

extension CellResult {
  /// `scores.svg`, `scores-2.svg` for the second; `cell-3.svg` for a cell without label.
  func figureName(_ index: Int, _ ending: String) -> String {
    let base = cell.options.label ?? "cell-\(cell.ordinal)"
    return (index == 0 ? base : "\(base)-\(index + 1)") + ".\(ending)"
  }

  /// The anchor of the cell in a page: `cell-scores`, `cell-3`.
  var anchor: String { "cell-\(cell.name)" }
}
