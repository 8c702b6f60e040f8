import Digest
import Testing

@Suite struct SHA256Tests {
  // Digests by Python's hashlib.
  @Test func agreesWithHashlib() {
    func digest(_ bytes: [UInt8]) -> String {
      var hash = SHA256()
      bytes.withUnsafeBytes { hash.update($0) }
      return hash.finish()
    }
    #expect(digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      digest(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      digest(Array(repeating: 97, count: 1000))
        == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
  }

  @Test func doesNotDependOnHowBytesArrive() {
    let bytes = (0..<3).flatMap { _ in (0...255).map { UInt8($0) } }
    for step in [1, 7, 63, 64, 65, 200] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: step) {
        let part = Array(bytes[start..<min(start + step, bytes.count)])
        part.withUnsafeBytes { hash.update($0) }
      }
      #expect(hash.finish() == "f3a25aa93aa2fbba28d79260535bbd6a5eb0fc1c24a8b0f04e12b484c1dfe363")
    }
  }
}
