// lz4 (Debian's source package of that name), as far as decoding a block takes it.
#include "lz4_library.h"

#define LZ4_FREESTANDING 1
#define LZ4_STATIC_LINKING_ONLY
#define LZ4LIB_VISIBILITY static __attribute__((unused))
#define LZ4_memcpy __builtin_memcpy
#define LZ4_memmove __builtin_memmove
#define LZ4_memset __builtin_memset

#include <lz4/lib/lz4.c>

int phx_lz4_block(const char* from, char* to, int size, int room) {
    return LZ4_decompress_safe(from, to, size, room);
}
