internal import Foundation
internal import JSON

/// Turns TeX formulas into MathML with KaTeX, one process for all formulas of a page.
///
/// KaTeX runs in Node. Without Node or KaTeX (Debian: nodejs and libjs-katex) a formula is shown as
/// its TeX source.
package struct MathML: Sendable {
  /// Where KaTeX may be installed.
  private static let modules = [
    "/usr/share/nodejs/katex", "/usr/share/javascript/katex/katex.min.js", "katex",
  ]

  /// Reads a JSON array of `[tex, display]` from standard input; writes one of MathML texts, null
  /// for what is no TeX.
  private static let script = """
    let katex;
    for (const m of process.argv.slice(1)) { try { katex = require(m); break; } catch (e) {} }
    if (!katex) process.exit(3);
    const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
    process.stdout.write(JSON.stringify(formulas.map(([tex, display]) => {
      try {
        return katex.renderToString(tex, {
          output: "mathml", displayMode: display, throwOnError: true, strict: false, trust: false,
          maxExpand: 1000, maxSize: 50 });
      } catch (e) { return null; }
    })));
    """

  /// HTML for each formula.
  static func html(for formulas: [Mathematics.Formula]) -> [String] {
    guard !formulas.isEmpty else { return [] }
    let rendered = run(formulas)
    return formulas.enumerated().map { index, formula in
      if let mathML = rendered?[index].map(MathVariant.spelledOut) {
        return formula.isDisplay ? display(mathML) : mathML
      }
      let source = "<code class=\"math\">\(HTMLText.escape(formula.tex))</code>"
      return formula.isDisplay ? display(source) : source
    }
  }

  private static func display(_ html: String) -> String {
    "<span class=\"display-math\">\(html)</span>"
  }

  /// nil when KaTeX cannot be run.
  private static func run(_ formulas: [Mathematics.Formula]) -> [String?]? {
    guard let node = program(["node", "nodejs"]) else { return nil }
    let input = JSONText.array(
      formulas.map { .array([.string($0.tex), .bool($0.isDisplay)]) }
    ).line
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appendingPathComponent("lamella-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    do {
      // A file, not a pipe: writing to a pipe whose reader has died would end this process.
      try Data(input.utf8).write(to: file)
      let process = Process()
      process.executableURL = node
      process.arguments = ["-e", script, "--"] + modules
      process.standardInput = try FileHandle(forReadingFrom: file)
      process.standardError = FileHandle.nullDevice
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { return nil }
      let rendered = try JSONDecoder().decode([String?].self, from: data)
      return rendered.count == formulas.count ? rendered : nil
    } catch {
      return nil
    }
  }

  /// The first of the programs that is in the search path.
  private static func program(_ names: [String]) -> URL? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for name in names {
      for folder in path.split(separator: ":") {
        let candidate = "\(folder)/\(name)"
        if FileManager.default.isExecutableFile(atPath: candidate) {
          return URL(fileURLWithPath: candidate)
        }
      }
    }
    return nil
  }
}
