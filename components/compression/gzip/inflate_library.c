#include "inflate.h"

#include "zlib_settings.h"

#include <zlib/infback.c>

enum { k_most_at_once = 1 << 30 };  // zlib counts in `unsigned`

_Static_assert(sizeof(struct inflate_state) <= phx_inflate_state_size, "raise phx_inflate_state_size");

static void* give_state(void* work, unsigned count, unsigned size) {
    (void)count;
    (void)size;
    return ((struct phx_inflate*)work)->state;
}

static void take_state(void* work, void* state) {
    (void)work;
    (void)state;
}

static unsigned give_input(void* argument, const unsigned char** bytes) {
    struct phx_inflate* const work = argument;
    const size_t size = work->left < k_most_at_once ? work->left : k_most_at_once;
    *bytes = work->next;
    work->next += size;
    work->left -= size;
    return (unsigned)size;
}

enum phx_inflate_result phx_inflate_run(struct phx_inflate* work) {
    z_stream stream = {.zalloc = give_state, .zfree = take_state, .opaque = work};
    if (inflateBackInit_(&stream, 15, work->window, ZLIB_VERSION, (int)sizeof stream) != Z_OK) {
        return phx_inflate_damaged;
    }
    const int result = inflateBack(&stream, give_input, work, work->take, work->argument);
    if (result == Z_STREAM_END) {
        work->next -= stream.avail_in;
        work->left += stream.avail_in;
        return phx_inflate_done;
    }
    return result == Z_BUF_ERROR && stream.next_in != Z_NULL ? phx_inflate_stopped : phx_inflate_damaged;
}
