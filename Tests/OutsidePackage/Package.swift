// swift-tools-version: 6.2
import PackageDescription

// Depends on Panjeon as an app would. With PANJEON_WITHOUT_TRAITS set it does without the codecs.
let isBare = Context.environment["PANJEON_WITHOUT_TRAITS"] != nil

/// The program of the article *BuildingAServer*; it hashes passwords and checks photos, and so needs the traits.
let couples = Target.executableTarget(
  name: "couples",
  dependencies: [
    .product(name: "Between", package: "panjeon"),
    .product(name: "Panjeon", package: "panjeon"),
    .product(name: "PanjeonTesting", package: "panjeon"),
  ])

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
  ] + (isBare ? [] : [couples])
)
