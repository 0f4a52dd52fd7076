// swift-tools-version: 6.2
import PackageDescription

/// One set of settings for every target: the strictest language this toolchain offers.
///
/// For the thread sanitizer another mutex takes the place of the standard library's (`VisibleMutex`), in files that need
/// not import it.
let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  Context.environment["PANJEON_THREAD_SANITIZER"] == nil
    ? .enableUpcomingFeature("MemberImportVisibility") : .define("PANJEON_THREAD_SANITIZER"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let package = Package(
  name: "panjeon",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "WideColumn", targets: ["WideColumn"]),
    .library(name: "PanjeonStorage", targets: ["PanjeonStorage"]),
    .library(name: "PanjeonTransactions", targets: ["PanjeonTransactions"]),
    .library(name: "Panjeon", targets: ["Panjeon"]),
    .library(name: "PanjeonS3", targets: ["PanjeonS3"]),
    .library(name: "Between", targets: ["Between"]),
    .library(name: "PanjeonTesting", targets: ["PanjeonTesting"]),
    .library(name: "PanjeonInspector", targets: ["PanjeonInspector"]),
    .executable(name: "panjeon", targets: ["panjeon-cli"]),
    .executable(name: "panjeon-check", targets: ["panjeon-check"]),
  ],
  traits: [
    .trait(name: "Snappy", description: "Reads and writes SSTable blocks compressed with Snappy."),
    .trait(name: "LZ4", description: "Reads and writes SSTable blocks compressed with LZ4."),
    .trait(
      name: "Sodium",
      description:
        "Computes and verifies the checksums of large values, talks to S3 services, hashes passwords."
    ),
    .trait(name: "Metrics", description: "Hands metrics on to swift-metrics."),
    .trait(name: "Tracing", description: "Traces transactions with swift-distributed-tracing."),
    .default(enabledTraits: ["Snappy", "LZ4", "Sodium"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
  ],
  targets: [
    .target(name: "CPanjeonChecksum"),
    .target(name: "CPanjeonFile"),
    .target(name: "CPanjeonProcessor"),
    .systemLibrary(
      name: "CPanjeonSnappy", providers: [.apt(["libsnappy-dev"]), .brew(["snappy"])]),
    .systemLibrary(
      name: "CPanjeonLZ4", pkgConfig: "liblz4",
      providers: [.apt(["liblz4-dev"]), .brew(["lz4"])]),
    .systemLibrary(
      name: "CPanjeonSodium", pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
    .target(name: "WideColumn"),
    .target(
      name: "PanjeonStorage",
      dependencies: [
        "WideColumn", "CPanjeonChecksum", "CPanjeonFile", "CPanjeonProcessor",
        .target(name: "CPanjeonSnappy", condition: .when(traits: ["Snappy"])),
        .target(name: "CPanjeonLZ4", condition: .when(traits: ["LZ4"])),
        .product(name: "Logging", package: "swift-log"),
        .product(
          name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Metrics"])),
      ]),
    .target(
      name: "PanjeonTransactions",
      dependencies: [
        "WideColumn", "CPanjeonChecksum",
        .product(
          name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Metrics"])),
        .product(
          name: "Tracing", package: "swift-distributed-tracing",
          condition: .when(traits: ["Tracing"])),
      ]),
    .target(
      name: "Panjeon",
      dependencies: [
        "PanjeonStorage", "PanjeonTransactions", "WideColumn",
        .target(name: "CPanjeonSodium", condition: .when(traits: ["Sodium"])),
      ]),
    .target(name: "PanjeonS3", dependencies: ["Panjeon", "PanjeonStorage", "WideColumn"]),
    .target(
      name: "Between",
      dependencies: [
        "Panjeon", "PanjeonStorage", "PanjeonTransactions", "WideColumn",
        .target(name: "CPanjeonSodium", condition: .when(traits: ["Sodium"])),
      ]),
    .target(
      name: "PanjeonTesting",
      dependencies: ["Panjeon", "PanjeonStorage", "PanjeonTransactions", "WideColumn"]),
    .target(
      name: "PanjeonInspector",
      dependencies: [
        "Between", "Panjeon", "PanjeonStorage", "PanjeonTransactions", "WideColumn",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "panjeon-cli",
      dependencies: [
        "PanjeonInspector", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/panjeon"),
    .target(
      name: "PanjeonCheck",
      dependencies: [
        "Between", "Panjeon", "PanjeonStorage", "PanjeonTesting", "PanjeonTransactions",
        "WideColumn",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "panjeon-check",
      dependencies: [
        "PanjeonCheck", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(name: "WideColumnTests", dependencies: ["WideColumn"]),
    .testTarget(
      name: "PanjeonStorageTests",
      dependencies: [
        "CPanjeonChecksum", "PanjeonStorage", "PanjeonTesting", "WideColumn",
        .product(name: "Logging", package: "swift-log"),
        .product(
          name: "MetricsTestKit", package: "swift-metrics", condition: .when(traits: ["Metrics"])),
      ]),
    .testTarget(
      name: "PanjeonTransactionsTests",
      dependencies: [
        "PanjeonTransactions", "PanjeonStorage", "PanjeonTesting", "WideColumn",
        .product(name: "Logging", package: "swift-log"),
        .product(
          name: "MetricsTestKit", package: "swift-metrics", condition: .when(traits: ["Metrics"])),
        .product(
          name: "Tracing", package: "swift-distributed-tracing",
          condition: .when(traits: ["Tracing"])),
        .product(
          name: "InMemoryTracing", package: "swift-distributed-tracing",
          condition: .when(traits: ["Tracing"])),
      ]),
    .testTarget(
      name: "PanjeonTests",
      dependencies: ["Panjeon", "PanjeonStorage", "PanjeonTesting", "WideColumn"]),
    .testTarget(
      name: "PanjeonS3Tests",
      dependencies: ["Panjeon", "PanjeonS3", "PanjeonStorage", "PanjeonTesting", "WideColumn"]),
    .testTarget(
      name: "BetweenTests", dependencies: ["Between", "Panjeon", "PanjeonTesting", "WideColumn"]),
    .testTarget(
      name: "PanjeonTestingTests",
      dependencies: ["PanjeonTesting", "PanjeonStorage", "PanjeonTransactions", "WideColumn"]),
    .testTarget(
      name: "PanjeonInspectorTests",
      dependencies: [
        "Between", "PanjeonInspector", "Panjeon", "PanjeonStorage", "PanjeonTesting", "WideColumn",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "PanjeonCheckTests",
      dependencies: [
        "PanjeonCheck", "PanjeonStorage", "PanjeonTesting", "PanjeonTransactions", "WideColumn",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ]
)

// The decoders' fuzzers need libFuzzer and its options (`.ci/fuzz`).
if Context.environment["PANJEON_FUZZERS"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Fuzzers",
      dependencies: [
        "Between", "Panjeon", "PanjeonInspector", "PanjeonStorage", "PanjeonTesting",
        "PanjeonTransactions", "WideColumn",
      ],
      path: "Tests/Fuzzers", exclude: ["Corpus"],
      swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]))
}

let others: Set = ["CPanjeonChecksum", "CPanjeonFile", "Fuzzers"]
for target in package.targets where target.type != .system && !others.contains(target.name) {
  target.swiftSettings = swiftSettings
  // What the sources do to raw memory is marked and reasoned about; tests only poke at it.
  if target.type != .test { target.swiftSettings?.append(.strictMemorySafety()) }
}
