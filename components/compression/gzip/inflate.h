// zlib's inflate, for C++ that sees nothing else of zlib. Included within `extern "C"`.
#pragma once

#include <stddef.h>

enum { phx_inflate_window_size = 32 * 1024, phx_inflate_state_size = 10 * 1024 };

struct phx_inflate {
    const unsigned char* next;  // input, and afterwards what is left of it
    size_t left;
    unsigned char* window;
    void* state;  // aligned to 16
    // Takes output, which is gone after that; not 0: it is enough.
    int (*take)(void* argument, unsigned char* bytes, unsigned size);
    void* argument;
};

enum phx_inflate_result { phx_inflate_done, phx_inflate_damaged, phx_inflate_stopped };

// A whole deflate stream (RFC 1951). Reads no byte beyond the input.
enum phx_inflate_result phx_inflate_run(struct phx_inflate* work);
