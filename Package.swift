// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is built with: Swift 6, warnings as errors, imports that say what they
/// export.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Kernels are optimised in debug builds too: they are tested as they will run.
let optimised: [CSetting] = [
  .unsafeFlags(["-O3", "-std=c11", "-fno-math-errno", "-fomit-frame-pointer", "-Wall", "-Werror"])
]

/// A test target for a target, with what else its tests import.
func tests(of target: String, _ others: String...) -> Target {
  .testTarget(
    name: target + "Tests",
    dependencies: [.byName(name: target)] + others.map { .byName(name: $0) },
    swiftSettings: strict)
}

let tests: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["Diagnostics", "TensorCore"], path: "Tests/TestSupport",
    swiftSettings: strict),
  tests(of: "Diagnostics", "Syntax", "TestSupport"),
  tests(of: "Syntax", "Diagnostics"),
  tests(of: "TensorCore", "TestSupport"),
  tests(of: "TensorOps", "TensorCore"),
  tests(
    of: "Runtime", "Diagnostics", "Syntax", "TensorCore", "TensorOps", "DataKit", "AttentionKit",
    "PlotKit", "TestSupport"),
  tests(of: "Digest"),
  tests(of: "JSON"),
  tests(of: "Plot", "TensorCore", "TestSupport"),
  tests(of: "PlotKit", "Plot", "Runtime", "Diagnostics", "TestSupport"),
  tests(of: "DataKit", "Runtime", "Diagnostics", "TensorCore"),
  tests(of: "AttentionKit", "CKernels", "Runtime", "Diagnostics", "TensorCore", "TestSupport"),
  tests(of: "Notebook", "JSON", "Runtime", "Diagnostics", "TestSupport"),
  tests(of: "REPL", "Runtime", "Diagnostics"),
  tests(of: "Units"),
]

let package = Package(
  name: "lamella",
  products: [.executable(name: "lamella", targets: ["lamella"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C: kernels, the instruction loop, system libraries (OpenBLAS and Open MPI are loaded on first
    // use).
    .target(name: "CKernels", cSettings: optimised),
    .target(name: "CMachine", cSettings: optimised),
    .target(name: "COpenBLAS", cSettings: optimised),
    .target(name: "COneDNN", dependencies: ["CKernels"], cSettings: optimised),
    .target(name: "CFFTW", cSettings: optimised),
    .target(name: "CMPI", cSettings: optimised),
    .systemLibrary(name: "CReadline"),
    .systemLibrary(name: "CMarkdown"),
    .systemLibrary(name: "CZlib"),
    .target(
      name: "CGnuplot",
      cxxSettings: [.define("BOOST_ALLOW_DEPRECATED_HEADERS")],
      linkerSettings: [
        .linkedLibrary("boost_iostreams"), .linkedLibrary("boost_filesystem"),
        .linkedLibrary("boost_system"),
      ]),
    .target(name: "Digest", swiftSettings: strict),
    .target(name: "JSON", swiftSettings: strict),
    .target(name: "Units", swiftSettings: strict),
    // The language and its engine.
    .target(name: "Diagnostics", swiftSettings: strict),
    .target(name: "Syntax", dependencies: ["Diagnostics"], swiftSettings: strict),
    .target(
      name: "TensorCore", dependencies: ["CFFTW", "CKernels", "COneDNN", "COpenBLAS"],
      swiftSettings: strict),
    .target(name: "TensorOps", dependencies: ["TensorCore"], swiftSettings: strict),
    .target(
      name: "Runtime",
      dependencies: ["CMPI", "CMachine", "Diagnostics", "Syntax", "TensorCore", "TensorOps"],
      swiftSettings: strict),
    // What stands on a session.
    .target(
      name: "Plot", dependencies: ["CGnuplot", "Digest", "TensorCore"], swiftSettings: strict),
    .target(
      name: "PlotKit", dependencies: ["Plot", "Runtime", "Diagnostics", "TensorCore"],
      swiftSettings: strict),
    .target(
      name: "DataKit", dependencies: ["CZlib", "JSON", "Runtime", "Diagnostics", "TensorCore"],
      swiftSettings: strict),
    .target(
      name: "AttentionKit", dependencies: ["CKernels", "Runtime", "Diagnostics", "TensorCore"],
      swiftSettings: strict),
    .target(
      name: "Notebook",
      dependencies: [
        "CMarkdown", "Digest", "JSON", "Runtime", "Syntax", "Diagnostics", "Yams",
      ],
      swiftSettings: strict),
    .target(
      name: "REPL", dependencies: ["CReadline", "Runtime", "Syntax", "Diagnostics"],
      swiftSettings: strict),
    .executableTarget(
      name: "lamella",
      dependencies: [
        "REPL", "Notebook", "PlotKit", "DataKit", "AttentionKit", "JSON", "Runtime", "Syntax",
        "Diagnostics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
  ] + tests,
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx17)
