import Foundation
import Testing

@Suite struct ValueFilesTests {
  private let folder: DataFolder

  init() throws { folder = try DataFolder() }

  @Test(arguments: [
    "none", "true", "false", "-9223372036854775808", "0.1", "-0.0", "nan", "-inf", "3 + 2i",
    "\"\"", "\"a\\0b é 🎈\"", "()", "(1, (2.5, none), \"x\")", "(a = 1, b = (c = (2, 3)))",
    "{}", "{\"x\": 1, (1, \"y\"): (2, 3), 4: none}", "0..10 by 3", "transpose([[1, 2], [3, 4]])",
    "zeros(0, 3)", "full((), 2.5)", "c64([1 + 2i, 3])", "c128([1i])", "bf16([1.5, -2])",
    "f32([0.1, nan, inf])", "i8([-128, 127])", "u8([0, 255])", "i32([[7]])", "[true, false]",
  ])
  func everyValueComesBack(code: String) {
    for name in ["v.lmv", "v.lmv.gz", "V.LMV"] {
      #expect(folder.shows("save(\(code), \"\(name)\")") == "")
      #expect(folder.shows("load(\"\(name)\")") == folder.shows(code))
      #expect(
        folder.shows("type_of(load(\"\(name)\")) == type_of(\(code))") == "true")
    }
  }

  @Test func whatAFileCannotHoldIsNamedWithItsPlace() {
    let code = "save((a = 1, m = {\"k\": (2, sin)}), \"x.lmv\")"
    #expect(
      folder.shows(code) == "E0402: `save`: value.m[\"k\"][1] is a Fn, which a file cannot hold")
    #expect(folder.names.isEmpty)
    #expect(folder.shows("save(sin, \"x.lmv\")").hasPrefix("E0705"))
    #expect(folder.shows("save(1, \"x\")") == "E0705: an Int cannot be saved as \"x\"")
    #expect(folder.shows("load(\"x.doc\")") == "E0705: no value is read from \".doc\"")
    #expect(folder.shows("load(\"x.lmv\")").hasPrefix("E0801"))
    #expect(folder.shows("save(1, \"no/x.lmv\")").hasPrefix("E0804"))
  }

  @Test func deepNestingIsAnError() {
    _ = folder.shows("v = 1\nfor i in 0..600 { v = (v,) }")
    #expect(folder.shows("save(v, \"v.lmv\")").hasPrefix("E0405"))
    #expect(folder.shows("save(v, \"v.json\")").hasPrefix("E0405"))
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: Never.self) { try folder.write("deep.json", deep) }
    #expect(folder.shows("load(\"deep.json\")").contains("values inside each other"))
  }

  // MARK: - Damage

  private static let makers: [(String, String)] = [
    ("v.lmv", "(a = (1, \"text\", none), t = f32(ones(2, 3)), m = {\"x\": 0..4}, c = 1i)"),
    ("t.safetensors", "(w = f32(ones(2, 3)), layers = (arange(2), [true]))"),
    ("p.png", "u8(reshape(arange(60), (4, 5, 3)))"),
    ("v.json", "(a = (1, \"text\\n\", none, 2.5e-3), t = [[1, 2]])"),
    ("z.npz", "(a = arange(3), b = eye(2))"),
  ]

  @Test(arguments: 0..<5) func noDamageDoesMoreThanAnError(index: Int) throws {
    let (name, code) = Self.makers[index]
    #expect(folder.shows("save(\(code), \"\(name)\")") == "")
    let bytes = try folder.bytes(name)
    for count in 0..<bytes.count {
      try folder.write(name, Array(bytes.prefix(count)))
      let shown = folder.shows("load(\"\(name)\")")
      #expect(shown.hasPrefix("E0803"), "\(name) cut after \(count) bytes: \(shown)")
    }
    for position in bytes.indices {
      for mask: UInt8 in [0x01, 0x80, 0xff] {
        var changed = bytes
        changed[position] ^= mask
        try folder.write(name, changed)
        let shown = folder.shows("load(\"\(name)\")")
        let isChecked = name.hasSuffix(".lmv") || name.hasSuffix(".png")
        if isChecked || shown.hasPrefix("E") {
          #expect(
            shown.hasPrefix("E08") || shown.hasPrefix("E05") || shown.hasPrefix("E03"),
            "\(name), byte \(position) changed by \(mask): \(shown)")
        }
      }
    }
  }

  @Test func lengthsThatLieMakeNothingLarge() throws {
    // A tuple of 2⁶² elements, with a right checksum (Python's zlib.crc32).
    let head: [UInt8] = [0x89, 0x4c, 0x4d, 0x56, 0x0d, 0x0a, 0x1a, 0x0a, 1, 0, 0, 0, 0, 0, 0, 0]
    let body: [UInt8] = head + [8, 0, 0, 0, 0, 0, 0, 0, 0x40]
    var sum: UInt32 = 0xffff_ffff
    for byte in body {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
    }
    sum = ~sum
    try folder.write("l.lmv", body + (0..<4).map { UInt8(sum >> (8 * $0) & 0xff) })
    #expect(folder.shows("load(\"l.lmv\")").contains("cut short"))
    let header =
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],"
      + "\"data_offsets\":[0,4]}}"
    var file = (0..<8).map { UInt8(header.utf8.count >> (8 * $0) & 0xff) }
    file += Array(header.utf8) + [0, 0, 0, 0]
    try folder.write("l.safetensors", file)
    #expect(folder.shows("load(\"l.safetensors\")").hasPrefix("E0803"))
  }

  // MARK: - safetensors

  @Test func safetensorsOfTorchAreRead() {
    let path = DataFolder.reference + "/torch.safetensors"
    _ = folder.shows("t = load(\"\(path)\")")
    let expected = [
      "f64": "f64[2, 3]\n[[0.   0.25 0.5 ]\n [0.75 1.   1.25]]", "f32": "f32[3] [0.   0.25 0.5 ]",
      "f16": "f32[3] [ 1.5000e+00 -2.0000e+00  6.5504e+04]", "bf16": "bf16[2] [ 1.5 -2. ]",
      "i64": "i64[2] [           -5 1099511627776]", "i32": "i32[1, 1] [[7]]",
      "i16": "i32[1] [-300]", "i8": "i8[2] [-128  127]", "u8": "u8[2] [  0 255]",
      "bool": "bool[2] [ True False]", "empty": "f32[0, 3] []", "scalar": "f32[] 2.5",
    ]
    for (name, shown) in expected {
      let text = folder.shows("t[\"\(name)\"]").replacing("\n[[7", with: " [[7")
      #expect(text == shown)
    }
    #expect(
      folder.shows("safetensors_metadata(\"\(path)\")[\"by\"]") == "\"a \\\"test\\\"\"")
    #expect(
      folder.shows("shape(read_safetensors(\"\(path)\", nested = true).layers[1].w)") == "(1, 2)")
  }

  @Test func safetensorsComeBackAsTheyWere() {
    let value = "(layers = ((w = f32(eye(2)), b = bf16([1.5])), (w = i8([1]))), s = arange(3))"
    _ = folder.shows(
      "v = \(value)\nwrite_safetensors(\"x.safetensors\", v, metadata = (a = \"b\"))")
    #expect(folder.shows("load(\"x.safetensors\")[\"layers.0.b\"]") == "bf16[1] [1.5]")
    #expect(
      folder.shows(
        "read_safetensors(\"x.safetensors\", nested = true).layers[0].w == v.layers[0].w")
        == folder.shows("eye(2) == eye(2)"))
    #expect(folder.shows("save((a = \"text\"), \"y.safetensors\")").hasPrefix("E0402"))
    #expect(folder.shows("save((a = [1i]), \"y.safetensors\")").hasPrefix("E0"))
  }

  // MARK: - Pictures

  @Test(arguments: ["grey", "grey16", "rgb", "rgba", "greyalpha", "bits", "palette"])
  func picturesOfPillowAreReadAndComeBack(name: String) {
    let path = "\(DataFolder.reference)/\(name)"
    _ = folder.shows("p = load(\"\(path).png\")\nsave(p, \"x.png\")")
    #expect(folder.shows("all(p == i32(read_npy(\"\(path)_png.npy\")))") == "true")
    #expect(folder.shows("all(load(\"x.png\") == p)") == "true")
  }

  @Test func whatIsNoPictureIsAnError() {
    #expect(folder.shows("save(ones(2, 2), \"x.png\")").hasPrefix("E0405"))
    #expect(folder.shows("save([1, 2], \"x.png\")").hasPrefix("E0405"))
    #expect(folder.shows("save([[70000]], \"x.png\")").hasPrefix("E0405"))
    #expect(folder.names.isEmpty)
  }

  // MARK: - JSON

  @Test func jsonIsReadAsItIsWritten() throws {
    try folder.write(
      "x.json",
      " {\"a\": [1, -2.5e3, true, false, null], \"b\": {\"\\u00e9\\ud83c\\udf88\": \"\\n\\\"/\"}} ")
    #expect(
      folder.shows("load(\"x.json\")")
        == "{\"a\": (1, -2500.0, true, false, none), \"b\": {\"é🎈\": \"\\n\\\"/\"}}")
    for wrong in [
      "01", "1e400", "", "[1,]", "{\"a\" 1}", "[1 2]", "\"\\ud800\"", "tru", "1 2", "{1: 2}",
      "\"\\q\"",
    ] {
      try folder.write("y.json", wrong)
      #expect(folder.shows("load(\"y.json\")").hasPrefix("E0803"), "\(wrong)")
    }
    try folder.write("y.json", "[1, 2 3]")
    #expect(folder.shows("load(\"y.json\")").contains("`,` or `]` is expected, at byte 6"))
    #expect(folder.shows("save((a = (1, nan)), \"z.json\")").contains("value.a[1] is nan"))
  }

  @Test func jsonIsReadAsDeepAsItIsWritten() throws {
    let text = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)
    try folder.write("deep.json", text)
    #expect(folder.shows("save(load(\"deep.json\"), \"again.json\")") == "")
    #expect(folder.shows("load(\"again.json\") == load(\"deep.json\")") == "true")
    try folder.write("deeper.json", "[" + text + "]")
    #expect(folder.shows("load(\"deeper.json\")").hasPrefix("E0803"))
  }

  @Test func otherEndingsGoToTheirFormats() throws {
    _ = folder.shows("save([[1, 2], [3, 4]], \"x.csv\")\nsave(\"hé\", \"x.txt\")")
    #expect(folder.shows("load(\"x.csv\")") == "f64[2, 2]\n[[1. 2.]\n [3. 4.]]")
    #expect(folder.shows("load(\"x.txt\")") == "\"hé\"")
    _ = folder.shows("save(arange(3), \"x.npy\")\nsave((a = arange(2)), \"x.npz\")")
    #expect(folder.shows("load(\"x.npy\")") == "i64[3] [0 1 2]")
    #expect(folder.shows("load(\"x.npz\")") == "{\"a\": i64[2] [0 1]}")
  }
}
