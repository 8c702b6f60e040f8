import Foundation
import Testing

@Suite struct TextFilesTests {
  private let folder: DataFolder

  init() throws { folder = try DataFolder() }

  @Test func textAndLinesAreRead() throws {
    try folder.write("t.txt", "eins\r\nzwei ü\n\nvier")
    #expect(folder.shows("read_text(\"t.txt\")") == "\"eins\\r\\nzwei ü\\n\\nvier\"")
    #expect(folder.shows("read_lines(\"t.txt\")") == "(\"eins\", \"zwei ü\", \"\", \"vier\")")
    try folder.write("e.txt", "")
    #expect(folder.shows("read_lines(\"e.txt\")") == "()")
    #expect(folder.shows("read_bytes(\"t.txt\")[:2]") == "u8[2] [101 105]")
  }

  @Test func whatIsNoTextIsNamed() throws {
    try folder.write("t.bin", [0x61, 0xc3, 0xbc, 0xff, 0x62])
    #expect(
      folder.shows("read_text(\"t.bin\")").hasSuffix(
        "is not UTF-8 text: byte 3 belongs to no character"))
    try folder.write(
      "bad.gz", [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
    #expect(folder.shows("read_text(\"bad.gz\")").contains("does not decompress"))
  }

  @Test func compressedTextIsReadWhole() throws {
    _ = folder.shows("write_text(\"a.txt.gz\", join((str(i) for i in 0..20000), \"\\n\"))")
    #expect(folder.shows("len(read_lines(\"a.txt.gz\"))") == "20000")
    // Members one after the other are one text.
    let one = try folder.bytes("a.txt.gz")
    try folder.write("two.gz", one + one)
    #expect(
      folder.shows("len(read_text(\"two.gz\")) == 2 * len(read_text(\"a.txt.gz\"))") == "true")
    try folder.write("cut.gz", Array(one.dropLast(9)))
    #expect(folder.shows("read_text(\"cut.gz\")").contains("it is cut short"))
  }

  @Test func writingReplacesTheWholeFile() throws {
    #expect(folder.shows("write_text(\"t.txt\", \"old and long\")") == "")
    #expect(folder.shows("write_text(\"t.txt\", \"new\")") == "")
    #expect(try folder.bytes("t.txt") == Array("new".utf8))
    #expect(folder.names == ["t.txt"])
    #expect(
      folder.shows("write_text(\"no/t.txt\", \"x\")").hasSuffix(
        "cannot be written: the folder does not exist"))
    #expect(folder.shows("write_text(\".\", \"x\")").hasSuffix("cannot be written: it is a folder"))
    #expect(folder.shows("write_text(\"/dev/null\", \"x\")") == "")
    #expect(FileManager.default.fileExists(atPath: "/dev/null"))
  }

  @Test func linksStayLinks() throws {
    try folder.write("real.txt", "old")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link.txt", withDestinationPath: folder.path + "/real.txt")
    #expect(folder.shows("write_text(\"link.txt\", \"new\")") == "")
    #expect(try folder.bytes("real.txt") == Array("new".utf8))
  }

  @Test func foldersAreListedInOrder() throws {
    for name in ["b.txt", "a.csv", ".hidden", "c.csv"] { try folder.write(name, "") }
    try FileManager.default.createDirectory(
      atPath: folder.path + "/sub", withIntermediateDirectories: true)
    #expect(folder.shows("list_files()") == "(\"a.csv\", \"b.txt\", \"c.csv\")")
    #expect(folder.shows("list_files(\".\", \".csv\")") == "(\"a.csv\", \"c.csv\")")
    #expect(folder.shows("list_files(\"nowhere\")").hasPrefix("E0801"))
    #expect(folder.shows("list_files(\"a.csv\")").hasPrefix("E0802"))
    #expect(folder.shows("file_exists(\"a.csv\")") == "true")
    #expect(folder.shows("file_exists(\"sub\")") == "true")
    #expect(folder.shows("file_exists(\"z\")") == "false")
  }
}
