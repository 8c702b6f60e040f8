internal import Diagnostics
internal import Foundation
internal import Runtime
internal import Testing

/// What `lm.save` writes, `lm.load` reads.
@Suite struct LanguageModelFileTests {
  @Test(arguments: [
    "lm.config(7, 8, layers = 2, heads = 2)",
    "lm.config(7, 8, layers = 1, heads = 4, kv_heads = 2, tied = true, eps = 1e-6)",
    "lm.config(7, 8, layers = 1, heads = 2, head_width = 6, qk_norm = true, rope = 5e5)",
    "lm.config(7, 8, layers = 1, heads = 2) with (scaling = (kind = \"linear\", factor = \"2.5\"))",
    "lm.config(7, 8, layers = 1, heads = 2) with "
      + "(scaling = (kind = \"llama3\", factor = 8, low = 1, high = 4, length = 64))",
  ])
  func modelsComeBack(from configuration: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "lamella-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let session = try Session.forTests()
    for place in [folder.path, folder.path + "/one.safetensors"] {
      let code = """
        m = lm.init(\(configuration))
        lm.save("\(place)", m, metadata = (made_by = "a test"))
        lm.load("\(place)") == m
        """
      let outcome = session.evaluate(
        SourceText(name: "<test>", text: code), cell: "test", request: DisplayRequest()
      ) { _ in }
      #expect(outcome.errors.map(\.message) == [])
      #expect(outcome.display?.plainText == "true")
    }
  }
}
