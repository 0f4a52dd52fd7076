// SPDX-License-Identifier: Apache-2.0
//
// Counts by standing before the functions of the same names: the linker takes an executable's own definitions first. The hooks that
// libswiftCore has for instruments would be the other way, but with Swift 6.3 on Linux they take short strings for objects.

#define _GNU_SOURCE
#include "runtime_counts.h"

#include <stdatomic.h>
#include <stddef.h>

static atomic_bool counts;
static _Atomic(uint64_t) allocations;
static _Atomic(uint64_t) retains;

void runtime_counts_begin(void) {
  atomic_store(&allocations, 0);
  atomic_store(&retains, 0);
  atomic_store(&counts, true);
}

runtime_counts runtime_counts_end(void) {
  atomic_store(&counts, false);
  return (runtime_counts){atomic_load(&allocations), atomic_load(&retains)};
}

#ifdef __GLIBC__

#include <dlfcn.h>

bool runtime_counts_available(void) { return true; }

static inline void note(_Atomic(uint64_t) *counter) {
  if (atomic_load_explicit(&counts, memory_order_relaxed))
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  note(&allocations);
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  note(&allocations);
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  note(&allocations);
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note(&allocations);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  note(&allocations);
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : 12; // ENOMEM
}

// An object, or a word that is none, by its highest bit: a short string.
#define COUNTED(name, parameters, arguments)                              \
  void *name parameters {                                                 \
    static void *(*_Atomic next) parameters;                              \
    void *(*function) parameters = next;                                  \
    if (!function) next = function = (void *(*)parameters)dlsym(RTLD_NEXT, #name); \
    if ((intptr_t)object > 0) note(&retains);                             \
    return function arguments;                                            \
  }

COUNTED(swift_retain, (void *object), (object))
COUNTED(swift_retain_n, (void *object, uint32_t count), (object, count))
COUNTED(swift_bridgeObjectRetain, (void *object), (object))
COUNTED(swift_bridgeObjectRetain_n, (void *object, int count), (object, count))

#else

bool runtime_counts_available(void) { return false; }

#endif
