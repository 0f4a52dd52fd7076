// swift-tools-version: 6.2
import PackageDescription

// Depends on Panjeon as an app would. With PANJEON_WITHOUT_TRAITS set it does without the codecs.
let isBare = Context.environment["PANJEON_WITHOUT_TRAITS"] != nil

let package = Package(
  name: "outside",
  platforms: [.macOS(.v26)],
  dependencies: [
    isBare
      ? .package(name: "panjeon", path: "../..", traits: [])
      : .package(name: "panjeon", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "outside",
      dependencies: [
        .product(name: "Panjeon", package: "panjeon"),
        .product(name: "PanjeonTesting", package: "panjeon"),
        .product(name: "WideColumn", package: "panjeon"),
      ])
  ]
)
