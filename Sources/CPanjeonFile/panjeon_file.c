// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "panjeon_file.h"

#include <fcntl.h>
#include <sys/uio.h>

int64_t panjeon_read_cached(int descriptor, void *data, size_t length, int64_t offset) {
#if defined(__linux__) && defined(RWF_NOWAIT)
  struct iovec part = {data, length};
  return preadv2(descriptor, &part, 1, offset, RWF_NOWAIT);
#else
  (void)descriptor, (void)data, (void)length, (void)offset;
  return -1;
#endif
}

void panjeon_begin_writeback(int descriptor, int64_t offset, int64_t length) {
#if defined(__linux__)
  // Advice: what keeps it from being done shows when the file is synced.
  (void)sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
#else
  (void)descriptor, (void)offset, (void)length;
#endif
}
