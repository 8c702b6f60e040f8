internal import Diagnostics
internal import Digest
package import JSON
internal import Runtime

/// What a run came to, for programs: `run.json`. Times stand apart in `times`; all else is the same
/// in every run.
enum RunRecord {
  static func json(_ run: RunResult, _ context: ExportContext) -> JSONText {
    .object([
      ("format", .int(1)),
      ("notebook", .string(run.document.fileName)),
      ("sha256", .string(SHA256.hexDigest(of: run.document.source.bytes))),
      ("title", run.document.frontMatter.title.map(JSONText.string) ?? .null),
      ("ending", .string(run.ending.word)),
      ("seed", .string(String(run.seed))),
      ("parameters", .object(run.parameters.map { ($0.name, $0.value.json) })),
      ("versions", .object(context.versions.map { ($0.program, .string($0.version)) })),
      ("cells", .array(run.cells.map { cell($0, context) })),
      ("times", times(run)),
    ])
  }

  private static func times(_ run: RunResult) -> JSONText {
    let cells = run.cells.filter { $0.status == .done || $0.status == .failed }
    return .object([
      ("unit", .string("s")),
      ("total", .number(rounded(cells.reduce(0) { $0 + $1.seconds }))),
      ("cells", .object(cells.map { ($0.cell.name, .number(rounded($0.seconds))) })),
    ])
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 1e6).rounded() / 1e6 }

  private static func cell(_ result: CellResult, _ context: ExportContext) -> JSONText {
    let figures = result.figures.enumerated().map { index, item in
      let file = item.picture.map {
        "\(context.figureFolder)/\(result.figureName(index, $0.ending))"
      }
      return JSONText.object([
        ("file", file.map(JSONText.string) ?? .null),
        ("hash", item.figureHash.map(JSONText.string) ?? .null),
        ("alt", item.alternativeText.map(JSONText.string) ?? .null),
      ])
    }
    var fields: [(key: String, value: JSONText)] = [
      ("cell", .string(result.cell.name)), ("ordinal", .int(result.cell.ordinal)),
      ("line", .int(result.cell.code.firstLine)), ("status", .string(result.status.rawValue)),
      ("shown", .array(result.shownLines.map(JSONText.string))), ("figures", .array(figures)),
      ("errors", .array(result.errors.map(\.json))),
      ("warnings", .array(result.warnings.map(\.json))),
      ("effects", .array(result.effects.map(JSONText.string))),
    ]
    if let claim = result.claim { fields.append(("claimHolds", .bool(claim.isMet))) }
    if let missing = result.missing {
      fields.append(
        ("needs", .object([("name", .string(missing.name)), ("of", .string(missing.cell))])))
    }
    return .object(fields)
  }
}

extension CellResult {
  var warnings: [Diagnostic] {
    pieces.compactMap { if case .warning(let warning) = $0 { warning } else { nil } }
  }
}

extension RunResult.Ending {
  package var word: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .timedOut: "timed out"
    case .interrupted: "interrupted"
    }
  }
}

extension ParameterValue {
  package var json: JSONText {
    switch self {
    case .int(let value): .int(value)
    case .float(let value): .number(value)
    case .bool(let value): .bool(value)
    case .str(let value): .string(value)
    }
  }
}

extension Diagnostic {
  /// Code, sentence and place, for programs.
  package var json: JSONText {
    var fields: [(key: String, value: JSONText)] = [
      ("code", .string(code.rawValue)), ("message", .string(message)),
    ]
    if let location {
      let place = location.source.position(of: Int(location.span.start))
      fields.append(("file", .string(location.source.name)))
      if !location.source.part.isEmpty { fields.append(("part", .string(location.source.part))) }
      fields.append(("line", .int(place.line)))
      fields.append(("column", .int(place.column + 1)))
    }
    if let hint { fields.append(("hint", .string(hint))) }
    return .object(fields)
  }
}
