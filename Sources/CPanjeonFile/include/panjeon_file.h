// SPDX-License-Identifier: Apache-2.0
#ifndef PANJEON_FILE_H
#define PANJEON_FILE_H

#include <stddef.h>
#include <stdint.h>

/// Reads `length` bytes at `offset` if the system has them in memory (Linux: preadv2 with RWF_NOWAIT).
///
/// Returns how many bytes were read, or -1: not in memory, not known to this system, or an error.
int64_t panjeon_read_cached(int descriptor, void *data, size_t length, int64_t offset);

/// Has the system begin to write a part of a file to the device, without waiting for it (Linux: sync_file_range).
void panjeon_begin_writeback(int descriptor, int64_t offset, int64_t length);

#endif
