internal import ArgumentParser

/// `lamella version`: what to name in a report or a paper.
struct VersionCommand: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version.")

  func run() {
    print("lamella \(Self.version)")
  }
}
