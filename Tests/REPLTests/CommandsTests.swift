import Testing

@testable import REPL

@Suite struct CommandsTests {
  @Test func everyCommandHasItsOwnNameAndStandsInTheHelp() {
    let names = Commands.table.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(Commands.overview.contains { $0.hasPrefix("  :\(name) ") }, "\(name)")
    }
  }

  @Test func aCommandIsReadWithItsArgument() throws {
    let (command, argument) = try run(":time  a + b ")
    #expect(command == "time")
    #expect(argument == "a + b")
    #expect(try run(":quit") == ("quit", ""))
    #expect(try run(":load my file.lam") == ("load", "my file.lam"))
  }

  @Test func aQuestionMarkAsksForAName() {
    guard case .inspect("linalg.solve") = Commands.parse("?  linalg.solve") else {
      Issue.record("not an inspection")
      return
    }
  }

  @Test func anUnknownCommandIsAnsweredWithTheNearestOne() {
    #expect(mistake(":hlep") == "there is no command `:hlep`; did you mean `:help`?")
    #expect(mistake(":xyzzy") == "there is no command `:xyzzy`; `:help` lists the commands")
  }

  @Test func aCommandSaysWhatItNeeds() {
    #expect(mistake(":bench") == "`:bench` needs something after it: `:bench code`")
    #expect(mistake(":who am i") == "`:who` takes nothing after it, but «am i» was given")
    #expect(mistake("?") == "`?name` shows the documentation of a name")
  }

  private func run(_ line: String) throws -> (String, String) {
    guard case .run(let command, let argument) = Commands.parse(line) else {
      throw NotACommand(line: line)
    }
    return (command.name, argument)
  }

  private func mistake(_ line: String) -> String? {
    guard case .mistake(let sentence) = Commands.parse(line) else { return nil }
    return sentence
  }

  private struct NotACommand: Error { let line: String }
}
