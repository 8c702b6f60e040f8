package import Diagnostics
package import Runtime
internal import Synchronization
internal import Syntax

/// The examples in `##` comments (`>>> expression`, then what it shows), run and compared as claims
/// are.
package struct DocumentationExamples: Sendable {
  /// An example whose result differs, or that fails.
  package struct Difference: Sendable {
    package let diagnostic: Diagnostic
    package let lines: [DiffLine]
  }

  /// How many were run.
  package private(set) var count = 0
  package private(set) var differences: [Difference] = []

  package init() {}

  /// Runs the examples of everything that `source`, already evaluated in `session`, defines with
  /// documentation.
  package mutating func run(in session: Session, definedBy source: SourceText) {
    for (name, _) in Parser.documentation(in: source) {
      for (index, example) in (session.inspect(name.text)?.examples ?? []).enumerated() {
        count += 1
        let shown = evaluate(example.code, "\(name.text), example \(index + 1)", session)
        let claimed = example.gives.split(separator: "\n").map(String.init)
        guard let lines = ClaimComparison(lines: claimed).difference(from: shown) else { continue }
        differences.append(
          Difference(
            diagnostic: Diagnostic(
              .claimDiffers, "an example of `\(name.text)` does not show what is claimed",
              at: Location(source, name.span), note: example.code), lines: lines))
      }
    }
  }

  private func evaluate(_ code: String, _ name: String, _ session: Session) -> [String] {
    let pieces = Mutex<[CellResult.Piece]>([])
    let outcome = session.evaluate(
      SourceText(name: name, text: code), cell: name, request: DisplayRequest()
    ) { event in
      switch event {
      case .output(let text): pieces.withLock { $0.append(.output(text)) }
      case .display(let item): pieces.withLock { $0.append(.item(item)) }
      case .warning, .effect: break
      }
    }
    var all = pieces.withLock { $0 }
    if let item = outcome.display { all.append(.item(item)) }
    return CellResult.lines(all, outcome.errors)
  }
}
