package import Diagnostics

/// The results of `lamella test` in the XML that continuous integration systems read.
package enum JUnitReport {
  /// One notebook: its run, or what kept it from running.
  package struct Suite: Sendable {
    package let name: String
    package let run: RunResult?
    package let errors: [Diagnostic]

    package init(name: String, run: RunResult?, errors: [Diagnostic]) {
      self.name = name
      self.run = run
      self.errors = errors
    }
  }

  package static func xml(_ suites: [Suite]) -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      + suites.map(xml).joined() + "</testsuites>\n"
  }

  private static func xml(_ suite: Suite) -> String {
    var cases: [String] = suite.errors.map { error in
      element("notebook", suite.name, 0, tag("error", error))
    }
    let cells = suite.run?.cells.filter { $0.status != .notEvaluated } ?? []
    cases += cells.map { result in
      let body =
        switch result.status {
        case .failed: result.errors.map { tag("error", $0) }.joined()
        case .skipped, .notReached: "<skipped/>"
        case .done, .notEvaluated: claim(result)
        }
      return element(result.cell.title, suite.name, result.seconds, body)
    }
    let failures = cells.count { $0.claim?.isMet == false }
    let errors = suite.errors.count + cells.count { $0.status == .failed }
    let skipped = cells.count { $0.status == .skipped || $0.status == .notReached }
    let seconds = cells.reduce(0) { $0 + $1.seconds }
    return "<testsuite name=\"\(HTMLText.escape(suite.name))\" tests=\"\(cases.count)\" "
      + "failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" "
      + "time=\"\(rounded(seconds))\">\n\(cases.joined())</testsuite>\n"
  }

  private static func element(
    _ name: String, _ suite: String, _ seconds: Double, _ body: String
  ) -> String {
    "<testcase name=\"\(HTMLText.escape(name))\" classname=\"\(HTMLText.escape(suite))\" "
      + "time=\"\(rounded(seconds))\"\(body.isEmpty ? "/>" : ">\(body)</testcase>")\n"
  }

  private static func claim(_ result: CellResult) -> String {
    guard let claim = result.claim, !claim.isMet else { return "" }
    let lines =
      (claim.difference ?? []).map { "\($0.side.rawValue)\($0.text)" }
      + claim.figures.map { figure in
        "figure \(figure.number): claimed \(figure.claimed ?? "none"), "
          + "shown \(figure.hash ?? "none")"
      }
    return "<failure message=\"the claim differs\">"
      + "\(HTMLText.escape(lines.joined(separator: "\n")))</failure>"
  }

  private static func tag(_ name: String, _ error: Diagnostic) -> String {
    let text = DiagnosticRenderer.render(error, colour: false)
    return "<\(name) type=\"\(error.code.rawValue)\" message=\"\(HTMLText.escape(error.message))\">"
      + "\(HTMLText.escape(text))</\(name)>"
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}
