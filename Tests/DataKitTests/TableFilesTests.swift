import Testing

@Suite struct TableFilesTests {
  private let folder: DataFolder

  init() throws { folder = try DataFolder() }

  private func table(_ text: String, _ arguments: String = "") throws -> String {
    try folder.write("t.csv", text)
    return folder.shows("read_csv(\"t.csv\"\(arguments.isEmpty ? "" : ", " + arguments))")
  }

  @Test func numbersAreATensor() throws {
    #expect(try table("1,2.5\n-3,1e3\n") == "f64[2, 2]\n[[   1.     2.5]\n [  -3.  1000. ]]")
    #expect(
      try table("1;2\r\n3;4", "separator = \";\", dtype = i32") == "i32[2, 2]\n[[1 2]\n [3 4]]")
    #expect(
      try table("  1   2 \n 3 4\n\n", "separator = \" \"") == "f64[2, 2]\n[[1. 2.]\n [3. 4.]]")
    #expect(try table("\u{feff}1,2\n") == "f64[1, 2]\n[[1. 2.]]")
    #expect(try table("a\nb\n1\n2", "skip = 2, dtype = i64") == "i64[2, 1]\n[[1]\n [2]]")
    #expect(try table("true,0\n", "dtype = bool") == "bool[1, 2]\n[[ True False]]")
    #expect(try table("") == "f64[0, 0] []")
  }

  @Test func missingNumbersAreNaN() throws {
    #expect(try table("1,\nNA,nan\n") == "f64[2, 2]\n[[ 1. nan]\n [nan nan]]")
    #expect(try table("inf,-Infinity\n") == "f64[1, 2]\n[[ inf -inf]]")
  }

  @Test func everyFloatIsReadExactly() throws {
    let texts = [
      "0.1", "123456789.123456789", "9007199254740993", "1e22", "1e23", "5e-324",
      "1.7976931348623157e308",
      "2.2250738585072011e-308", "0.000001", "3.141592653589793238462643", "8.5e-3", ".5", "5.",
      "+7",
      "1e400", "-0.0", "179769313486231580793728971405301e280",
    ]
    try folder.write("t.csv", texts.joined(separator: "\n"))
    for (row, text) in texts.enumerated() {
      let expected = Double(text.hasPrefix("+") ? String(text.dropFirst()) : text)
      let found = Double(folder.shows("float(read_csv(\"t.csv\")[\(row), 0])"))
      #expect(found == expected, "\(text)")
    }
  }

  @Test func aHeaderNamesTheColumns() throws {
    let text = "name,age,h\n\"Ann \"\"A\"\", B\",30,1.5\nBob,41,\n"
    #expect(
      try table(text, "header = true")
        == "(name = (\"Ann \\\"A\\\", B\", \"Bob\"), age = i64[2] [30 41], h = f64[2] [1.5 nan])")
    #expect(
      try table("a,b\ntrue,1\nFALSE,2\n", "header = true")
        == "(a = bool[2] [ True False], b = i64[2] [1 2])")
    #expect(
      try table("a,b\n1,2\n", "header = true, dtype = f32") == "(a = f32[1] [1.], b = f32[1] [2.])")
    #expect(try table("a\n\"1\"\n", "header = true") == "(a = (\"1\",))")
  }

  @Test func faultsHaveLineAndColumn() throws {
    let cases: [(String, String, String)] = [
      ("1,2\n3,x\n", "", "line 2, column 2: \"x\" is not a number"),
      ("1,2\n\n3\n", "", "line 3, column 1: the row has 1 field, the first has 2"),
      ("1\n2,3\n", "", "line 2, column 2: the row has 2 fields, the first has 1"),
      ("1\n\"2", "", "line 2, column 1: the quote that opens here is not closed"),
      ("\"1\"x\n", "", "line 1, column 1: text follows a closing quote"),
      ("1\n\n", "dtype = u8, skip = 1", ""),
      ("300\n", "dtype = u8", "line 1, column 1: 300 does not fit in u8"),
      ("99999999999999999999\n", "dtype = i64", "does not fit in i64"),
      ("1,\n", "dtype = i64", "line 1, column 2: the field is empty, an Int is wanted"),
      ("1.5\n", "dtype = i64", "\"1.5\" is not an Int"),
      ("2\n", "dtype = bool", "\"2\" is not true, false, 1 or 0"),
      ("a,a\n", "header = true", "line 1, column 2: the name \"a\" stands twice in the header"),
      ("a,\n", "header = true", "line 1, column 2: a name in the header is empty"),
      ("a\n1\nx\n", "header = true, dtype = f64", "line 3, column 1: \"x\" is not a number"),
      ("0x10\n", "", "\"0x10\" is not a number"),
      ("\"a\nb\",1\n2,x,3\n", "header = true", "line 3, column 3: the row has 3 fields"),
    ]
    for (text, arguments, message) in cases {
      let shown = try table(text, arguments)
      if message.isEmpty {
        #expect(!shown.hasPrefix("E"))
      } else {
        #expect(shown.hasPrefix("E0803: \"t.csv\", "), "\(text)")
        #expect(shown.contains(message), "\(shown)")
      }
    }
  }

  @Test func argumentsAreChecked() throws {
    #expect(try table("1", "separator = \"ab\"").hasPrefix("E0405"))
    #expect(try table("1", "skip = -1").hasPrefix("E0405"))
    #expect(try table("1", "dtype = c64").hasPrefix("E0306"))
    #expect(folder.shows("read_csv(\"nothing.csv\")") == "E0801: there is no file \"nothing.csv\"")
    #expect(folder.shows("read_csv(\".\")") == "E0802: \".\" cannot be read: it is a folder")
  }

  @Test func tablesAreWritten() throws {
    #expect(
      folder.shows("write_csv(\"o.csv\", [[1.5, 2], [1e-7, nan]], header = (\"a\", \"b, c\"))")
        == "")
    #expect(
      String(decoding: try folder.bytes("o.csv"), as: UTF8.self)
        == "a,\"b, c\"\n1.5,2.0\n1e-07,nan\n")
    #expect(folder.shows("write_csv(\"o.csv\", [1, 2])") == "")
    #expect(String(decoding: try folder.bytes("o.csv"), as: UTF8.self) == "1\n2\n")
    #expect(folder.shows("write_csv(\"o.csv.gz\", (n = [1, 2], s = (\"a\\\"b\", \" c\")))") == "")
    #expect(try folder.bytes("o.csv.gz").prefix(2) == [0x1f, 0x8b])
    #expect(
      folder.shows("read_csv(\"o.csv.gz\", header = true)")
        == "(n = i64[2] [1 2], s = (\"a\\\"b\", \" c\"))")
    #expect(folder.shows("write_csv(\"o.csv\", zeros(2, 2, 2))").hasPrefix("E0"))
    #expect(folder.shows("write_csv(\"o.csv\", (a = [1], b = [1, 2]))").hasPrefix("E0313"))
    #expect(folder.shows("write_csv(\"o.csv\", [[1, 2]], header = (\"a\",))").hasPrefix("E0405"))
  }
}
