import Foundation
import Testing

/// `mpirun -n k lamella run …`: the same bytes from any number of ranks.
@Suite(
  .serialized,
  .enabled(if: Program.url != nil && Ranks.mpirun != nil, "there is mpirun, and the program"))
struct RanksTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lamella-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private struct Result: Equatable {
    let code: Int32
    let output: String
    let messages: String
  }

  /// What a run gives; without `mpirun` for no ranks.
  private func run(_ file: String, ranks: Int, _ arguments: String...) throws -> Result {
    let program = try #require(Program.url)
    let process = Process()
    let command = ["run", file] + arguments
    if ranks == 0 {
      process.executableURL = program
      process.arguments = command
    } else {
      process.executableURL = Ranks.mpirun
      process.arguments =
        [
          "--oversubscribe", "--allow-run-as-root", "--mca", "btl", "self,vader,tcp", "-n",
          String(ranks), program.path,
        ] + command
    }
    process.currentDirectoryURL = folder
    let messages = folder.appendingPathComponent("messages")
    _ = FileManager.default.createFile(atPath: messages.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: messages)
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    // What mpirun itself says of a code that is not 0 comes after a line of dashes.
    let said = try String(contentsOf: messages, encoding: .utf8)
    let own = said.components(separatedBy: "-----").first ?? ""
    return Result(
      code: process.terminationStatus, output: String(decoding: data, as: UTF8.self),
      messages: own.trimmingCharacters(in: .newlines))
  }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  @Test(arguments: [
    // Values of every kind that can be sent, and each item's own draws.
    """
    fn item(i) {
      print("item {i}: {rand()}")
      (i = i, t = f32(randn(2, 3)), s = "x{i}", m = {"a": i, 2: none}, c = 1 + 2i, r = 0..i)
    }
    r = pmap(0..7, item)
    print(r, r[6].t, rand())
    print(pmap(0..100, i -> (0.0 / 0.0, 1 / 3, -0.0, u8([i]))))
    """,
    "print(pmap((), sqrt), pmap((4.0,), sqrt))\npmap(0..3, i -> pmap(0..2, j -> rand()))",
    // Warnings and errors in the order of the items.
    "pmap(0..5, i -> [1, 2, 3] + [[1], [2]])\ntry pmap(0..20, i -> 1 // (11 - i)) else e -> e",
    "fn g(i) {\n  print(i)\n  zeros(6)[i]\n}\nfn f(n) = pmap(0..n, g)\nf(9)",
    // Federated rounds, and a training that goes on from its checkpoint.
    """
    x = randn(40, 4, dtype = f32, key = key(2))
    model = (nn.dense(4, 6, key = key(1)), tanh, nn.dense(6, 3, key = key(3)))
    parts = partition.quantity(40, clients = 5, key = key(4))
    task = federated.task(model, (x, arange(40) % 3), parts, cut = 2, batch = 4, dropout = 0.2)
    for method in (federated.fedavg(), federated.smofi(), federated.sflv2(), federated.scaffold()) {
      path = "{method.name}{ranks().count}.lmv"
      whole = federated.train(task, method, rounds = 3)
      federated.train(task, method, rounds = 1, checkpoint = path)
      parted = federated.train(task, method, rounds = 3, checkpoint = path)
      print(parted.state.weights, "{parted.history}" == "{whole.history}")
    }
    other = task with (batch = 5)
    try federated.train(other, federated.fedavg(), 3, checkpoint = path) else e -> print(
      e.message.replace(path, ""))
    """,
    "pmap(0..9, i -> stats.median((i, i)))",
    "error(\"once\")",
    "nosuchname",
  ])
  func anyNumberOfRanksGivesTheSameBytes(_ text: String) throws {
    try write(text, "a.lam")
    let alone = try run("a.lam", ranks: 0)
    for ranks in 1...3 {
      let together = try run("a.lam", ranks: ranks)
      #expect(together.output == alone.output, "\(ranks)")
      #expect(together.messages == alone.messages, "\(ranks)")
      #expect(together.code == alone.code, "\(ranks)")
    }
  }

  @Test func filesAreWrittenOnceAndReadEverywhere() throws {
    try write(
      """
      write_text("whole.txt", "{ranks().count > 0} {rand()}")
      print(read_text("whole.txt"))
      pmap(0..5, i -> write_text("part{i}.txt", "{i}"))
      pmap(0..5, i -> read_text("part{4 - i}.txt"))
      try write_text("no/such/folder.txt", "") else e -> print(e.kind)
      """, "a.lam")
    let alone = try run("a.lam", ranks: 0)
    #expect(alone.code == 0 && alone.output.hasSuffix("E0804\n"))
    for ranks in 1...3 { #expect(try run("a.lam", ranks: ranks) == alone, "\(ranks)") }
  }

  @Test func whatCannotBeSentIsNamed() throws {
    try write("pmap(0..4, i -> (1, (f = sin)))", "a.lam")
    let result = try run("a.lam", ranks: 2)
    #expect(result.code == 1)
    #expect(result.messages.contains("E0402") && result.messages.contains("[0][1].f"))
  }

  @Test func anErrorOnOneRankEndsAll() throws {
    try write("x = if ranks().rank == 1 { zeros(3)[7] } else { 1 }\npmap(0..4, i -> i)", "a.lam")
    let result = try run("a.lam", ranks: 3)
    #expect(result.code == 1)
    #expect(result.output.isEmpty)
    #expect(result.messages.components(separatedBy: "error[E0303]").count == 2)
    #expect(!result.messages.contains("E0901"))
  }

  @Test func aNotebookHasOnePage() throws {
    try write(
      """
      ```{lamella}
      r = pmap(0..6, i -> rand())
      print(r)
      figure() |> line(stack(r))
      ```

      ```{lamella}
      sum(r)
      ```
      """, "a.nb")
    let alone = try run("a.nb", ranks: 0, "-o", "alone")
    for ranks in 1...3 {
      let together = try run("a.nb", ranks: ranks, "-o", "page\(ranks)")
      #expect(together.output == alone.output)
      #expect(together.code == 0)
      let pages = try ["alone", "page\(ranks)"].map { name in
        try FileManager.default.contentsOfDirectory(
          atPath: folder.appendingPathComponent("\(name)/figures").path)
      }
      #expect(pages[0] == pages[1])
    }
  }
}

private enum Ranks {
  static let mpirun: URL? = ["/usr/bin/mpirun", "/usr/local/bin/mpirun"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }
    .map { URL(fileURLWithPath: $0) }
}
