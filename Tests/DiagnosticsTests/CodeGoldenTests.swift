import Diagnostics
import TestSupport
import Testing

@Suite struct CodeGoldenTests {
  @Test func everyCodeHasAGolden() {
    for code in DiagnosticCode.allCases {
      #expect(CodeGolden(code) != nil, "there is no \(code.rawValue).txt")
    }
  }

  @Test func everyCodeHasAPage() {
    for code in DiagnosticCode.allCases {
      #expect(!code.page.explanation.isEmpty, "\(code.rawValue)")
    }
  }
}
