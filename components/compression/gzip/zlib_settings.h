// How zlib (Debian's source package `zlib`) is compiled: no files, no heap, no C library. Its headers may not be included twice, so each of its files has one here.
#pragma once

#define Z_SOLO
#define ZLIB_CONST
#define ZEXTERN static __attribute__((unused))
#define memcpy __builtin_memcpy
#define HAVE_MEMCPY
