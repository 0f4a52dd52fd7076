// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// A package of its own, so that nobody who uses Panjeon sees RocksDB or SQLite.

import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // What measures must cost little beside what is measured: no checks of exclusive access at run time.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let package = Package(
  name: "panjeon-benchmarks",
  platforms: [.macOS("26.0")],
  products: [
    .executable(name: "ycsb", targets: ["ycsb"]), .executable(name: "micro", targets: ["micro"]),
  ],
  dependencies: [
    .package(name: "panjeon", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    .systemLibrary(name: "CRocksDB", pkgConfig: "rocksdb", providers: [.apt(["librocksdb-dev"])]),
    .target(
      name: "YCSB",
      dependencies: [
        .product(name: "Between", package: "panjeon"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "WideColumn", package: "panjeon"),
      ]),
    .target(
      name: "YCSBEngines",
      dependencies: [
        "CRocksDB", "YCSB",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Panjeon", package: "panjeon"),
      ]),
    .target(
      name: "YCSBReports",
      dependencies: [
        "YCSB", "YCSBEngines",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "Panjeon", package: "panjeon"),
        .product(name: "PanjeonTesting", package: "panjeon"),
      ]),
    .executableTarget(
      name: "ycsb",
      dependencies: [
        "YCSB", "YCSBEngines", "YCSBReports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "CRuntimeCounts",
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(
      name: "MicroBenchmarks",
      dependencies: ["CRuntimeCounts", .product(name: "Panjeon", package: "panjeon")]),
    .executableTarget(
      name: "micro",
      dependencies: [
        "MicroBenchmarks", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(name: "MicroBenchmarksTests", dependencies: ["MicroBenchmarks"]),
    .testTarget(
      name: "YCSBTests",
      dependencies: [
        "YCSB", "YCSBEngines", "YCSBReports",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "Panjeon", package: "panjeon"),
        .product(name: "PanjeonTesting", package: "panjeon"),
        .product(name: "WideColumn", package: "panjeon"),
      ]),
  ]
)

for target in package.targets where target.type != .system && target.name != "CRuntimeCounts" {
  target.swiftSettings = swiftSettings
}
