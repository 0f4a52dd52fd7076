// SPDX-License-Identifier: Apache-2.0
#ifndef PANJEON_CHECKSUM_H
#define PANJEON_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// Extends the CRC32C `crc` (0 to begin with) by `length` bytes at `data`.
uint32_t panjeon_crc32c(uint32_t crc, const void *data, size_t length);

/// The same without the processor's instruction, for tests.
uint32_t panjeon_crc32c_portable(uint32_t crc, const void *data, size_t length);

#endif
