import TensorOps
import Testing

@testable import Runtime

@Suite struct BuiltinTableTests {
  @Test func namesAreUnique() {
    let names = BuiltinTable.all.map(\.name)
    #expect(Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.isEmpty)
  }

  @Test func everyOperationIsABuiltin() {
    let names = Set(BuiltinTable.all.map(\.name))
    #expect(OperationTable.all.allSatisfy { names.contains($0.name) })
  }

  @Test func everyBuiltinIsDocumented() {
    for builtin in BuiltinTable.all {
      #expect(builtin.summary.hasSuffix("."), "\(builtin.name)")
      #expect(
        !builtin.examples.isEmpty || ["print", "show", "save", "load"].contains(builtin.name),
        "\(builtin.name)")
      let names = builtin.signature.parameters.map(\.name)
      #expect(Set(names).count == names.count, "\(builtin.name)")
    }
  }

  @Test func requiredParametersStandFirst() {
    for builtin in BuiltinTable.all {
      var optionalSeen = false
      for parameter in builtin.signature.parameters {
        if case .required = parameter.kind {
          #expect(!optionalSeen, "\(builtin.name)")
        } else {
          optionalSeen = true
        }
      }
    }
  }

  @Test func signaturesReadAsTheLanguageIsWritten() {
    let signature = Signature([
      .required("x"), .optional("n", "2"), .rest("more"), .named("key", "none"),
    ])
    #expect(signature.text == "(x, n = 2, more..., key = none)")
  }
}
