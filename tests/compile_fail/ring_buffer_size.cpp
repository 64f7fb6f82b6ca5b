// expect: the capacity must be a power of two
#include <base/ring_buffer.hpp>

phx::RingBuffer<int, 8> good;
phx::RingBuffer<int, 6> bad;  // wrong
