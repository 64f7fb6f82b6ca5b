#pragma once

#include <vm/interfaces/frames.hpp>

namespace phx::vm::archetype {

struct Frames {
    Result<Frame> allocate() { __builtin_trap(); }
    FrameRecord* record(Frame) { __builtin_trap(); }
    Result<FrameRecord*> make_record(Frame) { __builtin_trap(); }
    Result<void> share(Frame) { __builtin_trap(); }
    bool is_shared(Frame) { __builtin_trap(); }
    void release(Frame) { __builtin_trap(); }
    Frame zero_page() { __builtin_trap(); }
    void count_cached(std::int64_t) { __builtin_trap(); }
    Frame next_record(Frame) { __builtin_trap(); }
    std::byte* bytes(Frame) { __builtin_trap(); }
    Result<void*> allocate_node(std::size_t) { __builtin_trap(); }
    void free_node(void*, std::size_t) { __builtin_trap(); }
    bool make_room() { __builtin_trap(); }
    FrameStats stats() { __builtin_trap(); }
};

}  // namespace phx::vm::archetype
