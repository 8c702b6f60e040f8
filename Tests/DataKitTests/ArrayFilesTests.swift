import Foundation
import Testing

@Suite struct ArrayFilesTests {
  private let folder: DataFolder

  init() throws { folder = try DataFolder() }

  private func shows(_ name: String) -> String {
    folder.shows("read_npy(\"\(DataFolder.reference)/\(name).npy\")")
  }

  @Test(arguments: ["u8", "i8", "i32", "i64", "i32_big", "i64_big"])
  func integersAreRead(name: String) {
    #expect(shows(name) == "\(name.prefix { $0 != "_" })[2, 3]\n[[0 1 2]\n [3 4 5]]")
  }

  @Test(arguments: ["f32", "f64", "f32_big", "f64_big"]) func floatsAreRead(name: String) {
    #expect(shows(name) == "\(name.prefix { $0 != "_" })[2, 3]\n[[0. 1. 2.]\n [3. 4. 5.]]")
  }

  @Test(arguments: ["c64", "c128", "c64_big", "c128_big"]) func complexNumbersAreRead(name: String)
  {
    #expect(
      shows(name)
        == "\(name.prefix { $0 != "_" })[2, 3]\n[[0.+0.j 1.+0.j 2.+0.j]\n [3.+0.j 4.+0.j 5.+0.j]]")
  }

  @Test(arguments: ["fortran", "version2", "version3"]) func everyOrderAndVersionIsRead(
    name: String
  ) {
    #expect(shows(name) == "i64[2, 3]\n[[0 1 2]\n [3 4 5]]")
  }

  @Test func otherSizesAreWidened() {
    #expect(shows("bool") == "bool[2, 3]\n[[False  True  True]\n [ True  True  True]]")
    #expect(shows("scalar") == "f64[] 2.5")
    #expect(shows("empty") == "f64[0, 3] []")
    #expect(shows("i16") == "i32[2] [ -5 300]")
    #expect(shows("u16") == "i32[2] [    5 65535]")
    #expect(shows("u32") == "i64[2] [         5 4294967295]")
    #expect(shows("u64") == "i64[2] [                  5 9223372036854775807]")
    #expect(
      shows("half")
        == "f32[6]\n[ 1.0000000e+00 -2.5000000e+00  5.9604645e-08  6.5504000e+04\n"
        + "            inf -0.0000000e+00]")
  }

  @Test func whatHasNoDTypeIsAnError() {
    #expect(shows("u64_large").hasPrefix("E0803"))
    #expect(shows("u64_large").hasSuffix("18446744073709551615 does not fit in i64"))
    #expect(shows("text").contains("elements of type <U1"))
    #expect(shows("records").contains("elements of type records, [('x', '<f8')]"))
  }

  @Test func archivesAreRead() {
    for name in ["stored", "deflated"] {
      _ = folder.shows("z = read_npz(\"\(DataFolder.reference)/\(name).npz\")")
      #expect(folder.shows("z[\"a\"]") == "i64[2, 3]\n[[0 1 2]\n [3 4 5]]")
      #expect(folder.shows("z[\"b\"]") == "f64[2, 2]\n[[1. 0.]\n [0. 1.]]")
    }
    #expect(folder.shows("sum(z[\"long\"] == 0)") == "2000")
  }

  @Test(arguments: ["bool", "u8", "i8", "i32", "i64", "f32", "f64", "c64", "c128"])
  func writingIsTheInverseOfReading(dtype: String) {
    let x = "transpose(\(dtype)([[1, 0, 3], [4, 5, 6]]))"
    #expect(folder.shows("write_npy(\"x.npy\", \(x))") == "")
    #expect(folder.shows("read_npy(\"x.npy\")") == folder.shows(x))
    for compress in [false, true] {
      let written = folder.shows(
        "write_npz(\"x.npz\", (x = \(x), y = [1]), compress = \(compress))")
      #expect(written == "")
      #expect(folder.shows("read_npz(\"x.npz\")[\"x\"]") == folder.shows(x))
      #expect(folder.shows("read_npz(\"x.npz\")[\"y\"]") == "i64[1] [1]")
    }
  }

  @Test func filesAreByteForByteNumPys() throws {
    _ = folder.shows("write_npy(\"x.npy\", f64([[0, 1, 2], [3, 4, 5]]))")
    let expected = try Data(contentsOf: URL(fileURLWithPath: DataFolder.reference + "/f64.npy"))
    #expect(try folder.bytes("x.npy") == Array(expected))
  }

  /// Every prefix and every changed byte of a file gives a value or an error, never anything else.
  @Test(arguments: ["i32.npy", "fortran.npy", "version3.npy", "stored.npz", "deflated.npz"])
  func damagedFilesAreErrors(name: String) throws {
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: DataFolder.reference + "/" + name)))
    let read = name.hasSuffix("z") ? "read_npz" : "read_npy"
    var failures = 0
    for length in stride(from: 0, to: whole.count, by: 7) {
      try folder.write("cut", Array(whole[..<length]))
      let shown = folder.shows("\(read)(\"cut\")")
      #expect(shown.hasPrefix("E0803"), "\(length) bytes give \(shown)")
      failures += 1
    }
    for index in whole.indices {
      for change: UInt8 in [0xff, 0x01, 0x80] {
        var changed = whole
        changed[index] ^= change
        try folder.write("changed", changed)
        let shown = folder.shows("\(read)(\"changed\")")
        // A shape may have become one of too many elements or axes.
        let isKnown =
          !shown.hasPrefix("E") || ["E0803", "E0314", "E0502"].contains(String(shown.prefix(5)))
        #expect(isKnown, "byte \(index) gives \(shown)")
      }
    }
    #expect(failures > 0)
  }

  @Test func headersThatPromiseTooMuchAreErrors() throws {
    func npy(_ shape: String) -> [UInt8] {
      let text = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }\n"
      return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
    }
    try folder.write("huge.npy", npy("(9223372036854775807, 2)"))
    #expect(folder.shows("read_npy(\"huge.npy\")").contains("too many elements"))
    try folder.write("large.npy", npy("(1000000000,)"))
    #expect(
      folder.shows("read_npy(\"large.npy\")").contains(
        "8000000000 bytes of data are needed, 0 are there"))
    try folder.write("deep.npy", npy("(1, 1, 1, 1, 1, 1, 1, 1, 1)"))
    #expect(folder.shows("read_npy(\"deep.npy\")").hasPrefix("E0314"))
    try folder.write("odd.npy", npy("(2, x)"))
    #expect(folder.shows("read_npy(\"odd.npy\")").contains("a size is expected"))
  }

  @Test func onlyTensorsGoIntoArchives() {
    #expect(folder.shows("write_npz(\"x.npz\", 3)").hasPrefix("E0402"))
    #expect(folder.shows("write_npz(\"x.npz\", (a = \"text\"))").hasPrefix("E0402"))
    #expect(folder.shows("write_npz(\"x.npz\", {1: [1]})").hasPrefix("E0402"))
    #expect(folder.names.isEmpty)
  }
}
