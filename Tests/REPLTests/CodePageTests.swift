import Diagnostics
import Testing

@testable import REPL

@Suite struct CodePageTests {
  @Test(arguments: DiagnosticCode.allCases)
  func aPageNamesItsCodeAndFitsTheScreen(_ code: DiagnosticCode) {
    let text = CodePage.text(of: code, width: 72)
    #expect(text.hasPrefix("\(code.rawValue)  \(code.page.title)\n"))
    for line in text.split(separator: "\n") where !line.hasPrefix("    ") {
      #expect(line.count <= 72 || line.hasPrefix(code.rawValue), "\(line)")
    }
  }

  @Test func codesAreKnownInEitherCase() {
    #expect(CodePage.code(named: "e0301") == .contraction)
    #expect(CodePage.code(named: "W0001") == .wideBroadcast)
    #expect(CodePage.code(named: "mean") == nil)
  }

  @Test func theIndexListsEveryCodeOnce() {
    let lines = CodePage.index.split(separator: "\n")
    #expect(lines.count == DiagnosticCode.allCases.count)
    #expect(lines.allSatisfy { $0.count > 7 })
  }
}
