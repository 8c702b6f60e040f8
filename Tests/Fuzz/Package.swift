// swift-tools-version: 6.2
import PackageDescription

// The fuzzer. Its targets are the project's own, by symbolic link: they are no products, and
// `package` access needs one
// package. Built by `run.sh` with optimisation and the address sanitizer.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let optimised: [CSetting] = [
  .unsafeFlags(["-O2", "-std=c11", "-fno-math-errno", "-fno-omit-frame-pointer", "-Wall"])
]

let package = Package(
  name: "fuzz",
  dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
  targets: [
    .target(name: "CKernels", cSettings: optimised),
    .target(name: "CMPI", cSettings: optimised),
    .target(name: "CMachine", cSettings: optimised),
    .target(name: "COpenBLAS", cSettings: optimised),
    .target(name: "COneDNN", dependencies: ["CKernels"], cSettings: optimised),
    .target(name: "CFFTW", cSettings: optimised),
    .systemLibrary(name: "CMarkdown"),
    .systemLibrary(name: "CZlib"),
    .target(name: "Diagnostics", swiftSettings: strict),
    .target(name: "Digest", swiftSettings: strict),
    .target(name: "JSON", swiftSettings: strict),
    .target(name: "Syntax", dependencies: ["Diagnostics"], swiftSettings: strict),
    .target(
      name: "TensorCore", dependencies: ["CFFTW", "CKernels", "COneDNN", "COpenBLAS"],
      swiftSettings: strict),
    .target(name: "TensorOps", dependencies: ["TensorCore"], swiftSettings: strict),
    .target(
      name: "Runtime",
      dependencies: ["CMPI", "CMachine", "Diagnostics", "Syntax", "TensorCore", "TensorOps"],
      swiftSettings: strict),
    .target(
      name: "DataKit", dependencies: ["CZlib", "JSON", "Runtime", "Diagnostics", "TensorCore"],
      swiftSettings: strict),
    .target(
      name: "Notebook",
      dependencies: [
        "CMarkdown", "Digest", "JSON", "Runtime", "Syntax", "Diagnostics", "Yams",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CMachine", "DataKit", "Diagnostics", "Notebook", "Runtime", "Syntax", "TensorCore",
        "TensorOps",
      ],
      swiftSettings: strict),
  ],
  cLanguageStandard: .c11)
