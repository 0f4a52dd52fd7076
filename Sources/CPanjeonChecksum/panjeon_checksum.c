// SPDX-License-Identifier: Apache-2.0
#include "panjeon_checksum.h"

#include <string.h>

// CRC32C (polynomial 0x1EDC6F41, reflected 0x82F63B78): by the processor's instruction where it has one, else by
// tables of eight bytes at a time.

static uint32_t tables[8][256];

static void make_tables(void) {
  for (uint32_t n = 0; n < 256; n++) {
    uint32_t crc = n;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1u)));
    tables[0][n] = crc;
  }
  for (uint32_t n = 0; n < 256; n++) {
    for (int k = 1; k < 8; k++) {
      tables[k][n] = (tables[k - 1][n] >> 8) ^ tables[0][tables[k - 1][n] & 0xFF];
    }
  }
}

static uint32_t extend_by_table(uint32_t crc, const uint8_t *data, size_t length) {
  while (length >= 8) {
    uint32_t low = crc ^ ((uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
                          (uint32_t)data[3] << 24);
    crc = tables[7][low & 0xFF] ^ tables[6][(low >> 8) & 0xFF] ^ tables[5][(low >> 16) & 0xFF] ^
          tables[4][low >> 24] ^ tables[3][data[4]] ^ tables[2][data[5]] ^ tables[1][data[6]] ^
          tables[0][data[7]];
    data += 8;
    length -= 8;
  }
  while (length--) crc = (crc >> 8) ^ tables[0][(crc ^ *data++) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t extend_by_instruction(uint32_t crc,
                                                                       const uint8_t *data,
                                                                       size_t length) {
  uint64_t state = crc;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, data, 8);
    state = __builtin_ia32_crc32di(state, word);
    data += 8;
    length -= 8;
  }
  crc = (uint32_t)state;
  while (length--) crc = __builtin_ia32_crc32qi(crc, *data++);
  return crc;
}
static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
static uint32_t extend_by_instruction(uint32_t crc, const uint8_t *data, size_t length) {
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, data, 8);
    crc = __crc32cd(crc, word);
    data += 8;
    length -= 8;
  }
  while (length--) crc = __crc32cb(crc, *data++);
  return crc;
}
static int has_instruction(void) { return 1; }
#else
static uint32_t extend_by_instruction(uint32_t crc, const uint8_t *data, size_t length) {
  return extend_by_table(crc, data, length);
}
static int has_instruction(void) { return 0; }
#endif

static int uses_instruction;

// Runs before main, so that no call ever waits or races for the tables.
__attribute__((constructor)) static void prepare(void) {
  make_tables();
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  uses_instruction = has_instruction();
}

uint32_t panjeon_crc32c(uint32_t crc, const void *data, size_t length) {
  crc = ~crc;
  crc = uses_instruction ? extend_by_instruction(crc, data, length)
                         : extend_by_table(crc, data, length);
  return ~crc;
}

uint32_t panjeon_crc32c_portable(uint32_t crc, const void *data, size_t length) {
  return ~extend_by_table(~crc, data, length);
}
