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

// The instruction takes three cycles and can begin anew in each: so three streams are made beside one another, and joined. To join them,
// the checksum of the first is brought behind as many zeros as the next has bytes, which is linear in its bits: a table for
// each of its four bytes. (Gopal et al., "Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction", Intel 2011.)

enum { LONG_STREAM = 2048, SHORT_STREAM = 256 };

static uint32_t long_zeros[4][256];
static uint32_t short_zeros[4][256];

static void make_zeros(uint32_t zeros[4][256], size_t length) {
  for (int byte = 0; byte < 4; byte++) {
    zeros[byte][0] = 0;
    for (uint32_t n = 1; n < 256; n++) {
      uint32_t rest = n & (n - 1);
      if (rest != 0) {
        zeros[byte][n] = zeros[byte][rest] ^ zeros[byte][n ^ rest];
        continue;
      }
      uint32_t crc = n << (8 * byte);
      for (size_t count = 0; count < length; count++) crc = (crc >> 8) ^ tables[0][crc & 0xFF];
      zeros[byte][n] = crc;
    }
  }
}

static inline uint32_t behind(uint32_t zeros[4][256], uint32_t crc) {
  return zeros[0][crc & 0xFF] ^ zeros[1][(crc >> 8) & 0xFF] ^ zeros[2][(crc >> 16) & 0xFF] ^
         zeros[3][crc >> 24];
}

#if defined(__x86_64__)
#define TARGET __attribute__((target("sse4.2")))
#define CRC_WORD(crc, word) ((uint32_t)__builtin_ia32_crc32di((crc), (word)))
#define CRC_BYTE(crc, byte) __builtin_ia32_crc32qi((crc), (byte))
#define HAS_INSTRUCTION __builtin_cpu_supports("sse4.2")
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define TARGET
#define CRC_WORD(crc, word) __crc32cd((crc), (word))
#define CRC_BYTE(crc, byte) __crc32cb((crc), (byte))
#define HAS_INSTRUCTION 1
#endif

#ifdef HAS_INSTRUCTION
static inline uint64_t word_at(const uint8_t *data) {
  uint64_t word;
  memcpy(&word, data, 8);
  return word;
}

TARGET static inline uint32_t extend_by_streams(uint32_t crc, const uint8_t *data, size_t stream,
                                                uint32_t zeros[4][256]) {
  uint32_t second = 0, third = 0;
  for (size_t at = 0; at < stream; at += 8) {
    crc = CRC_WORD(crc, word_at(data + at));
    second = CRC_WORD(second, word_at(data + stream + at));
    third = CRC_WORD(third, word_at(data + 2 * stream + at));
  }
  return behind(zeros, behind(zeros, crc) ^ second) ^ third;
}

TARGET static uint32_t extend_by_instruction(uint32_t crc, const uint8_t *data, size_t length) {
  while (length >= 3 * LONG_STREAM) {
    crc = extend_by_streams(crc, data, LONG_STREAM, long_zeros);
    data += 3 * LONG_STREAM;
    length -= 3 * LONG_STREAM;
  }
  while (length >= 3 * SHORT_STREAM) {
    crc = extend_by_streams(crc, data, SHORT_STREAM, short_zeros);
    data += 3 * SHORT_STREAM;
    length -= 3 * SHORT_STREAM;
  }
  while (length >= 8) {
    crc = CRC_WORD(crc, word_at(data));
    data += 8;
    length -= 8;
  }
  while (length--) crc = CRC_BYTE(crc, *data++);
  return crc;
}
static int has_instruction(void) { return HAS_INSTRUCTION; }
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
  make_zeros(long_zeros, LONG_STREAM);
  make_zeros(short_zeros, SHORT_STREAM);
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
