internal import Diagnostics
internal import Foundation
internal import Runtime
internal import TensorCore
internal import Testing

/// Expressions of the language against what NumPy says they are, in a file that
/// `Tests/Reference/make_numpy_cases.py`
/// wrote.
@Suite struct NumPyAgreementTests {
  @Test func agreesWithNumPyInTypeShapeAndValues() throws {
    let file = LanguageScript.testsFolder.appendingPathComponent("Reference/numpy_cases.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let session = try Session.forTests()
    var count = 0
    var complaints: [String] = []
    for line in lines where !line.hasPrefix("#") {
      let text = String(line)
      if text.hasPrefix(": ") {
        let outcome = session.evaluated(String(text.dropFirst(2)))
        try #require(outcome.errors.isEmpty, "\(text): \(outcome.errors.map(\.message))")
        continue
      }
      let parts = text.components(separatedBy: " => ")
      try #require(parts.count == 2, "a case is `expression => expectation`: \(text)")
      count += 1
      let expected = try #require(
        Reference(parts[1]), "an expectation that is not understood: \(text)")
      if let complaint = expected.complaint(about: session.evaluated(parts[0])) {
        complaints.append("\(parts[0])\n    expected \(parts[1])\n    \(complaint)")
      }
    }
    #expect(count > 3000)
    #expect(
      complaints.isEmpty,
      "\(complaints.count) of \(count) differ:\n\(complaints.prefix(40).joined(separator: "\n"))")
  }
}

extension Session {
  fileprivate func evaluated(_ text: String) -> Outcome {
    evaluate(
      SourceText(name: "case", text: text), cell: "case", request: DisplayRequest(), emit: { _ in })
  }
}

/// What stands right of `=>`.
private enum Reference {
  /// A dtype, or the type of a plain number (`Float32`: a Float that was computed in f32), then the
  /// shape (nil for a
  /// plain number) and the elements.
  case values(type: String, shape: [Int]?, [Scalar])
  case error(String)

  init?(_ text: String) {
    var words = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    guard let first = words.first else { return nil }
    if first == "error", words.count == 2 {
      self = .error(words[1])
      return
    }
    guard let bracket = text.firstIndex(of: "["), let close = text.firstIndex(of: "]") else {
      words.removeFirst()
      guard let elements = Reference.scalars(words, type: first) else { return nil }
      self = .values(type: first, shape: nil, elements)
      return
    }
    let type = String(text[..<bracket])
    let sizes = text[text.index(after: bracket)..<close].split(separator: ",").map {
      Int($0.filter { $0 != " " })
    }
    let rest = text[text.index(after: close)...].split(separator: " ").map(String.init)
    guard !sizes.contains(nil), let elements = Reference.scalars(rest, type: type) else {
      return nil
    }
    self = .values(type: type, shape: sizes.compactMap { $0 }, elements)
  }

  private static func scalars(_ words: [String], type: String) -> [Scalar]? {
    var result: [Scalar] = []
    for word in words {
      switch type {
      case "bool", "Bool": result.append(.bool(word == "1"))
      case "u8", "i8", "i32", "i64", "Int":
        guard let value = Int(word) else { return nil }
        result.append(.int(value))
      case "f32", "f64", "Float", "Float32":
        guard let value = Double(word) else { return nil }
        result.append(.float(value))
      case "c64", "c128", "Complex":
        let parts = word.split(separator: ":").map { Double($0) }
        guard parts.count == 2, let real = parts[0], let imaginary = parts[1] else { return nil }
        result.append(.complex(Complex(real, imaginary)))
      default: return nil
      }
    }
    return result
  }

  /// What is wrong with the outcome; nil when it is as expected.
  func complaint(about outcome: Outcome) -> String? {
    switch self {
    case .error(let code):
      guard let error = outcome.errors.first else { return "no error" }
      return error.code.rawValue == code ? nil : "\(error.code.rawValue): \(error.message)"
    case .values(let type, let shape, let elements):
      if let error = outcome.errors.first { return "\(error.code.rawValue): \(error.message)" }
      guard let value = outcome.value else { return "no value" }
      guard let (foundType, foundShape, found) = taken(value) else {
        return "the value is \(value.summary)"
      }
      guard type == "Float32" ? foundType == "Float" : foundType == type, foundShape == shape else {
        return "the value is \(value.summary)"
      }
      let tolerance = ["f32", "c64", "Float32"].contains(type) ? 1e-6 : 1e-12
      for (index, (a, b)) in zip(found, elements).enumerated()
      where !Reference.isClose(a, b, tolerance: tolerance) {
        return "element \(index) is \(a)"
      }
      return found.count == elements.count ? nil : "there are \(found.count) elements"
    }
  }

  private func taken(_ value: Value) -> (type: String, shape: [Int]?, elements: [Scalar])? {
    if case .tensor(let tensor) = value {
      let elements = (0..<tensor.count).map { tensor.scalar(at: $0) }
      return (tensor.dtype.name, tensor.shape.array, elements)
    }
    guard let scalar = value.scalar else { return nil }
    return (value.typeName, nil, [scalar])
  }

  /// Equal; or, for floats, within `tolerance` of the expected value's size (and of 1e-3 when it is
  /// smaller).
  private static func isClose(_ found: Scalar, _ expected: Scalar, tolerance: Double) -> Bool {
    switch (found, expected) {
    case (.float(let a), .float(let b)): return isClose(a, b, tolerance)
    case (.complex(let a), .complex(let b)):
      return isClose(a.real, b.real, tolerance) && isClose(a.imaginary, b.imaginary, tolerance)
    default: return found == expected
    }
  }

  private static func isClose(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
    return a == b || abs(a - b) <= tolerance * max(abs(b), 1e-3)
  }
}
