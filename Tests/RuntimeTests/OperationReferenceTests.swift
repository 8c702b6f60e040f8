internal import Diagnostics
internal import Foundation
internal import Runtime
internal import TensorCore
internal import TensorOps
internal import TestSupport
internal import Testing

/// Every operation of the table against NumPy, SciPy and PyTorch: `Tests/Reference/operations.py`
/// has the cases and describes their format.
@Suite struct OperationReferenceTests {
  /// Results depend on the random stream; `RandomTests` and `SamplingTests` check them.
  private static let random: Set<String> = ["dropout"]

  @Test(arguments: try OperationReference.files())
  func givesWhatOtherLibrariesGive(_ file: String) throws {
    let session = try Session.forTests()
    var count = 0
    var complaints: [String] = []
    for line in try OperationReference.lines(of: file) {
      switch line {
      case .binding(let name, let tensor): session.bind(name, to: .tensor(tensor))
      case .call(let call):
        count += 1
        guard let complaint = try call.complaint(in: session) else { continue }
        complaints.append("\(call.code)  [\(call.operation)]: \(complaint)")
      }
    }
    #expect(count > 0)
    #expect(
      complaints.isEmpty,
      "\(complaints.count) of \(count) differ:\n\(complaints.prefix(60).joined(separator: "\n"))")
  }

  @Test func everyOperationHasACase() throws {
    let calls = try OperationReference.calls()
    let checked = Set(calls.filter { !$0.isError }.map(\.operation))
    let missing = OperationTable.all.map(\.name).filter {
      !checked.contains($0) && !OperationReferenceTests.random.contains($0)
    }
    #expect(missing.isEmpty, "add cases to Tests/Reference/operations_*.py")
  }

  @Test func everyOperationWithArgumentsRefusesSome() throws {
    let refusing = Set(try OperationReference.calls().filter(\.isError).map(\.operation))
    let missing = OperationTable.all.filter {
      !$0.parameters.isEmpty && !refusing.contains($0.name)
        && !OperationReferenceTests.random.contains($0.name)
    }.map(\.name)
    #expect(missing.isEmpty, "add errors to Tests/Reference/operations_*.py")
  }

  @Test func everyCaseIsOfAnOperation() throws {
    let names = Set(OperationTable.all.map(\.name))
    let unknown = Set(try OperationReference.calls().map(\.operation)).subtracting(names)
    #expect(unknown.isEmpty)
  }
}

/// The lines of the files `operations_*.txt`.
private enum OperationReference {
  enum Line {
    case binding(String, Tensor)
    case call(Call)
  }

  struct Call {
    let operation: String
    let code: String
    let tolerance: String
    let results: [String]

    var isError: Bool { results == ["error"] }
  }

  static func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: ReferenceTensor.folder.path)
      .filter { $0.hasPrefix("operations_") && $0.hasSuffix(".txt") }.sorted()
  }

  static func lines(of file: String) throws -> [Line] {
    try ReferenceTensor.text(of: file).split(separator: "\n").compactMap { line in
      if line.hasPrefix("#") { return nil }
      if line.hasPrefix("= ") {
        let parts = line.split(separator: " ", maxSplits: 2)
        return .binding(String(parts[1]), try ReferenceTensor.read(parts[2]))
      }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(fields.count > 3, "not a case: \(line)")
      return .call(
        Call(
          operation: fields[0], code: fields[1], tolerance: fields[2],
          results: Array(fields[3...])))
    }
  }

  static func calls() throws -> [Call] {
    try files().flatMap { try lines(of: $0) }.compactMap {
      if case .call(let call) = $0 { call } else { nil }
    }
  }
}

extension OperationReference.Call {
  /// What is wrong with the value of the code; nil when it is as expected.
  func complaint(in session: Session) throws -> String? {
    let outcome = session.evaluate(
      SourceText(name: "case", text: code), cell: "case", request: DisplayRequest(),
      emit: { _ in })
    if isError {
      guard let error = outcome.errors.first else {
        return "no error but \(outcome.value?.summary ?? "nothing")"
      }
      return error.code == .internalError ? error.message : nil
    }
    if let error = outcome.errors.first { return "\(error.code.rawValue): \(error.message)" }
    guard let value = outcome.value else { return "no value" }
    let found = value.leaves
    guard found.count == results.count else { return "the value is \(value.summary)" }
    for (position, (value, text)) in zip(found, results).enumerated() {
      if let complaint = try complaint(about: value, text) {
        return results.count == 1 ? complaint : "result \(position): \(complaint)"
      }
    }
    return nil
  }

  private func complaint(about value: Value, _ text: String) throws -> String? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if !parts[0].contains("[") {
      // A plain number; one computed in f32 is a Float.
      let dtypes: [Substring: DType] = [
        "Float": .f64, "Float32": .f32, "Int": .i64, "Bool": .bool, "Complex": .c128,
      ]
      let dtype = try #require(dtypes[parts[0]], "no type of number: \(text)")
      let expected = try ReferenceTensor.read("\(dtype.name)[]:\(parts[1])")
      guard let scalar = value.scalar,
        value.typeName == (dtype == .f32 ? "Float" : String(parts[0]))
      else { return "the value is \(value.summary), not \(text)" }
      return try compared(try Tensor(scalar: scalar), expected, dtype)
    }
    let expected = try ReferenceTensor.read(text)
    guard case .tensor(let tensor) = value, tensor.dtype == expected.dtype,
      tensor.shape == expected.shape
    else { return "the value is \(value.summary), not \(parts[0])" }
    return try compared(tensor, expected, expected.dtype)
  }

  private func compared(_ found: Tensor, _ expected: Tensor, _ dtype: DType) throws -> String? {
    let limit = try #require(
      ReferenceTolerance(tolerance, dtype: dtype), "no tolerance: \(tolerance)")
    return difference(found, expected, limit)
  }
}

extension Value {
  /// The values in a tuple or record, in order; else the value alone.
  fileprivate var leaves: [Value] {
    if case .tuple(let tuple) = self { return tuple.flatMap(\.leaves) }
    if case .record(let record) = self { return record.values.flatMap(\.leaves) }
    return [self]
  }
}
