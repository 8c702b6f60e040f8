internal import Diagnostics
internal import Foundation
internal import Runtime
internal import TensorCore
internal import Testing

/// Neural operations and their first and second derivatives against PyTorch, in a file that
/// `Tests/Reference/make_neural_cases.py` wrote.
@Suite struct NeuralAgreementTests {
  @Test func agreesWithPyTorchInValuesAndDerivatives() throws {
    let file = LanguageScript.testsFolder.appendingPathComponent("Reference/neural_cases.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(
      String.init)
    let session = try Session.forTests()
    var count = 0
    var complaints: [String] = []
    var function = ""
    for line in lines where !line.hasPrefix("#") {
      if line.hasPrefix(": ") {
        if line.hasPrefix(": f = ") { function = line }
        let outcome = session.outcome(of: String(line.dropFirst(2)))
        try #require(outcome.errors.isEmpty, "\(line): \(outcome.errors.map(\.message))")
        continue
      }
      count += 1
      if let complaint = try complaint(about: line, in: session) {
        complaints.append("\(function)\n  \(line)\n  \(complaint)")
      }
    }
    #expect(count > 600)
    #expect(
      complaints.isEmpty,
      "\(complaints.count) of \(count) differ:\n\(complaints.prefix(20).joined(separator: "\n"))")
  }

  /// What is wrong with a case `tolerance | expression | numbers`; nil when nothing is.
  private func complaint(about line: String, in session: Session) throws -> String? {
    let parts = line.components(separatedBy: " | ")
    try #require(parts.count == 3 || line.hasSuffix(" | "), "not understood: \(line)")
    let tolerance = try #require(Double(parts[0]))
    let wanted = parts.count < 3 ? [] : parts[2].split(separator: " ").compactMap { Double($0) }
    let outcome = session.outcome(of: parts[1])
    if let error = outcome.errors.first { return "\(error.code.rawValue): \(error.message)" }
    guard case .tensor(let tensor) = outcome.value else { return "no tensor" }
    let found = try tensor.toDoubles()
    guard found.count == wanted.count else { return "there are \(found.count) elements" }
    let largest = wanted.filter(\.isFinite).reduce(1) { max($0, abs($1)) }
    for (a, b) in zip(found, wanted)
    where !(a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * largest) {
      return "found \(found)"
    }
    return nil
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let session = try Session.forTests()
    let setup = """
      x = f32(reshape(sin(arange(64 * 8 * 20 * 20)), (64, 8, 20, 20)))
      w = f32(reshape(cos(arange(16 * 8 * 9)), (16, 8, 3, 3)))
      q = f32(reshape(sin(arange(2 * 4 * 200 * 16) * 0.3), (2, 4, 200, 16)))
      g = f32(cos(arange(64 * 8 * 20)))
      loss = (x, w, q) -> sum(conv2d(x, w, padding = 1) ^ 2) + sum(attention(q, q, q, causal = true) * q)
      norms = (x, a) -> sum(layer_norm(x, a) * x) + sum(softmax(x) * x) + sum(group_norm(x, 2) ^ 3)
      gradients = () -> (grad(loss, argnums = (0, 1, 2))(x, w, q), grad(norms, argnums = (0, 1))(x, g[:20]))
      """
    let outcome = session.outcome(of: setup)
    try #require(outcome.errors.isEmpty, "\(outcome.errors.map(\.message))")
    let threads = Kernels.threadCount
    defer { Kernels.threadCount = threads }
    Kernels.threadCount = 1
    _ = session.outcome(of: "first = gradients()")
    for count in [2, 3] {
      Kernels.threadCount = count
      let same = session.outcome(
        of: """
          second = gradients()
          same = true
          for (a, b) in zip(first, second) { for (c, d) in zip(a, b) { same = same and all(c == d) } }
          same
          """)
      #expect(same.errors.isEmpty, "\(same.errors.map(\.message))")
      guard case .bool(true) = same.value else {
        Issue.record("other results with \(count) threads")
        continue
      }
    }
  }
}

extension Session {
  fileprivate func outcome(of text: String) -> Outcome {
    evaluate(
      SourceText(name: "case", text: text), cell: "case", request: DisplayRequest(), emit: { _ in })
  }
}
