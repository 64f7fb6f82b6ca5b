// lz4's decoder of blocks, for C++ that sees nothing else of lz4. Included within `extern "C"`.
#pragma once

// LZ4_decompress_safe: the bytes written; negative: the block is damaged, or does not fit.
int phx_lz4_block(const char* from, char* to, int size, int room);
