// zstd (Debian's source package `libzstd`), as far as decoding frames takes it: lib/README.md there says what may be left out, and that zstd_deps.h is for
// systems without a C library to replace.
#include "zstd_library.h"

#include <limits.h>
#include <stddef.h>

#define ZSTD_DEPS_COMMON
#define ZSTD_memcpy __builtin_memcpy
#define ZSTD_memmove __builtin_memmove
#define ZSTD_memset __builtin_memset
// Memory is what it is given.
#define ZSTD_DEPS_MALLOC
#define ZSTD_malloc(size) ((void)(size), (void*)0)
#define ZSTD_calloc(count, size) ((void)(count), (void)(size), (void*)0)
#define ZSTD_free(pointer) ((void)(pointer))

#define DEBUGLEVEL 0
#define MEM_MODULE
#define XXH_NAMESPACE ZSTD_
#define XXH_PRIVATE_API
#define XXH_INLINE_ALL
#define XXH_NO_XXH3
#define XXH_STATIC_ASSERT(condition) _Static_assert(condition, #condition)
#define ZSTD_LEGACY_SUPPORT 0
#define ZSTD_STRIP_ERROR_STRINGS
#define ZSTD_TRACE 0
#define ZSTD_DISABLE_ASM 1
#define ZSTD_NO_INTRINSICS
#define ZSTD_STATIC_LINKING_ONLY
#define ZSTDLIB_VISIBLE
#define ZSTDLIB_HIDDEN
#define ZSTDERRORLIB_VISIBLE
#define ZSTDERRORLIB_HIDDEN

#include <libzstd/lib/common/debug.c>
#include <libzstd/lib/common/entropy_common.c>
#include <libzstd/lib/common/error_private.c>
#include <libzstd/lib/common/fse_decompress.c>
#include <libzstd/lib/common/zstd_common.c>
#include <libzstd/lib/decompress/huf_decompress.c>
#include <libzstd/lib/decompress/zstd_ddict.c>
#include <libzstd/lib/decompress/zstd_decompress.c>
#include <libzstd/lib/decompress/zstd_decompress_block.c>

size_t phx_zstd_memory(const unsigned char* input, size_t size) {
    const size_t stream = ZSTD_estimateDStreamSize_fromFrame(input, size);
    return ZSTD_isError(stream) ? 0 : phx_zstd_part_size + stream;
}

enum phx_zstd_result phx_zstd_run(struct phx_zstd* work) {
    unsigned char* const part = work->memory;
    ZSTD_DStream* const stream = ZSTD_initStaticDStream(part + phx_zstd_part_size, work->memory_size - phx_zstd_part_size);
    ZSTD_inBuffer input = {work->next, work->left, 0};
    enum phx_zstd_result result = stream != NULL ? phx_zstd_done : phx_zstd_damaged;
    for (size_t hint = 1; hint != 0 && result == phx_zstd_done;) {
        ZSTD_outBuffer output = {part, phx_zstd_part_size, 0};
        const size_t before = input.pos;
        hint = ZSTD_decompressStream(stream, &output, &input);
        if (ZSTD_isError(hint) || (hint != 0 && input.pos == before && output.pos == 0)) {
            result = phx_zstd_damaged;  // or not whole
        } else if (output.pos != 0 && work->take(work->argument, part, output.pos) != 0) {
            result = phx_zstd_stopped;
        }
    }
    work->next += input.pos;
    work->left -= input.pos;
    return result;
}
