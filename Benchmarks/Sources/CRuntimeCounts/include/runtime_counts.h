// SPDX-License-Identifier: Apache-2.0

#ifndef RUNTIME_COUNTS_H
#define RUNTIME_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

/// What all threads have asked for while it was counted.
typedef struct {
  /// Calls of malloc, calloc, realloc, and those for aligned memory, by whoever it was.
  uint64_t allocations;
  /// References counted up by code of this program; what the standard library does inside is not among them.
  uint64_t retains;
} runtime_counts;

/// Whether it can be counted here: with glibc, whose and whose Swift's functions this program then stands before.
bool runtime_counts_available(void);

/// Begins to count, from zero.
void runtime_counts_begin(void);

/// Stops, and returns what was counted.
runtime_counts runtime_counts_end(void);

#endif
