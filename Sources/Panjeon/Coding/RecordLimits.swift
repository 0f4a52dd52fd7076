// SPDX-License-Identifier: Apache-2.0

/// What records may ask of those who read and write them.
public enum RecordLimits {
  /// How many arrays, maps and tags may be around an item: 64.
  ///
  /// Deeper records are refused, when they are written and when they are read.
  public static let nestingMax = 64

  /// With how many stored elements of an array a new one is compared, to find the one that it was: 64.
  public static let candidatesMax = 64
}
