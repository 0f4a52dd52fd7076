// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which target this process fuzzes: the variable PANJEON_FUZZER says it.
private let target: FuzzTarget = {
  let name = getenv("PANJEON_FUZZER").map { String(cString: $0) } ?? ""
  guard let found = FuzzTarget.all.first(where: { $0.name == name }) else {
    print("PANJEON_FUZZER is '\(name)'; it must be one of:")
    for target in FuzzTarget.all { print(target.name) }
    exit(64)
  }
  return found
}()

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    try target.run(bytes)
  } catch {
    // Refused: as it should be, of most inputs.
  }
  return 0
}
