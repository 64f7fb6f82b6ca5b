// zstd's decoder of frames, for C++ that sees nothing else of zstd. Included within `extern "C"`.
#pragma once

#include <stddef.h>

enum { phx_zstd_part_size = 64 * 1024 };

struct phx_zstd {
    const unsigned char* next;  // input, and afterwards what is left of it
    size_t left;
    void* memory;  // aligned to 16
    size_t memory_size;
    // Takes output, which is gone after that; not 0: it is enough.
    int (*take)(void* argument, const unsigned char* bytes, size_t size);
    void* argument;
};

enum phx_zstd_result { phx_zstd_done, phx_zstd_damaged, phx_zstd_stopped };

// What the frame that the input begins with takes, which depends on its window; 0: its header is damaged, or asks for more than 128 MiB.
size_t phx_zstd_memory(const unsigned char* input, size_t size);
// One frame (RFC 8878). Reads no byte beyond the input.
enum phx_zstd_result phx_zstd_run(struct phx_zstd* work);
