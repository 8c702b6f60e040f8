internal import Diagnostics
internal import Digest

/// The end of a page: what it was made of, so that it can be made again.
enum HTMLFooter {
  static func html(_ run: RunResult, _ context: ExportContext) -> String {
    var rows: [(String, String)] = []
    rows.append(("Notebook", HTMLText.escape(run.document.fileName)))
    rows.append(
      ("Source SHA-256", "<code>\(SHA256.hexDigest(of: run.document.source.bytes))</code>"))
    rows.append(("Seed", String(run.seed)))
    if !run.parameters.isEmpty { rows.append(("Parameters", parameters(run))) }
    if !context.versions.isEmpty {
      rows.append(
        (
          "Made with",
          context.versions.map { HTMLText.escape("\($0.program) \($0.version)") }
            .joined(separator: ", ")
        ))
    }
    let effects = run.cells.filter { !$0.effects.isEmpty }
    if !effects.isEmpty {
      let items = effects.map {
        HTMLText.escape("\($0.cell.title): \($0.effects.joined(separator: ", "))")
      }
      rows.append(("Effects", items.joined(separator: "<br>")))
    }
    let list = rows.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }.joined(separator: "\n")
    return "<footer>\n<h2>About this run</h2>\n<dl>\n\(list)\n</dl>\n\(times(run))\n</footer>\n"
  }

  private static func parameters(_ run: RunResult) -> String {
    let rows = run.parameters.map { name, value in
      let documentation =
        run.document.frontMatter.parameters.first { $0.name == name }?.documentation ?? ""
      let remark =
        documentation.isEmpty
        ? "" : " <span class=\"remark\">\(HTMLText.escape(documentation))</span>"
      return "<code>\(HTMLText.escape(name)) = \(HTMLText.escape(value.text))</code>\(remark)"
    }
    return rows.joined(separator: "<br>")
  }

  /// The one element that differs between two runs; on one line, so that it is easily left out of a
  /// comparison.
  private static func times(_ run: RunResult) -> String {
    let cells = run.cells.filter { $0.status == .done || $0.status == .failed }
    let longest = cells.map(\.seconds).max() ?? 0
    let rows = cells.map { result in
      let share = longest > 0 ? Int((result.seconds / longest * 100).rounded()) : 0
      return "<tr><td><a href=\"#\(HTMLText.escape(result.anchor))\">"
        + "\(HTMLText.escape(result.cell.name))</a></td><td>\(duration(result.seconds))</td>"
        + "<td><span class=\"bar\" style=\"width:\(share)%\"></span></td></tr>"
    }
    let total = duration(cells.reduce(0) { $0 + $1.seconds })
    return "<details id=\"times\"><summary>Time: \(total)</summary><table>"
      + "<thead><tr><th>cell</th><th>time</th><th></th></tr></thead>"
      + "<tbody>\(rows.joined())</tbody></table></details>"
  }

  /// `12 ms`, `3.4 s`, `2 min 05 s`.
  static func duration(_ seconds: Double) -> String {
    func digits(_ value: Double, _ count: Int) -> String {
      let scale = count == 0 ? 1.0 : 10.0
      let scaled = Int((value * scale).rounded())
      return count == 0 ? "\(scaled)" : "\(scaled / 10).\(scaled % 10)"
    }
    if seconds < 0.0095 { return digits(seconds * 1000, 1) + " ms" }
    if seconds < 0.9995 { return digits(seconds * 1000, 0) + " ms" }
    if seconds < 60 { return digits(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    return "\(whole / 60) min \(whole % 60 < 10 ? "0" : "")\(whole % 60) s"
  }
}
