// SPDX-License-Identifier: Apache-2.0
#ifndef PANJEON_PROCESSOR_H
#define PANJEON_PROCESSOR_H

/// Tells the processor that a loop waits for another one, so that it spends less on it and leaves the loop quickly.
static inline __attribute__((always_inline)) void panjeon_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("isb" ::: "memory");
#endif
}

/// Asks the processor to bring the line of memory around an address into its cache, and goes on; whatever the address, it is safe.
static inline __attribute__((always_inline)) void panjeon_prefetch(const void *address) {
  __builtin_prefetch(address);
}

#endif
