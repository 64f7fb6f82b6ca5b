// Page frames that programs and page caches hold: who owns them, and where new ones come from.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::vm {

class PageCache;

// What is known of a frame beyond that somebody has it. All zeros, or no record at all: a program's page with one owner.
struct alignas(32) FrameRecord {
    enum Flags : std::uint32_t {
        busy = 1,        // its contents are on their way
        dirty = 2,       // written to since its source has seen it
        referenced = 4,  // read or written by a call since reclaiming looked last
        executable = 8,  // what it holds has been made fit to be executed
    };

    std::atomic<std::uint32_t> more_owners{0};  // beyond the first
    std::atomic<std::uint32_t> flags{0};
    // Of a cache's page, which is its first owner. Written under the cache's lock.
    std::atomic<PageCache*> cache{nullptr};
    std::atomic<std::uint64_t> index{0};

    [[nodiscard]] bool has(Flags flag) const { return (flags.load(std::memory_order_relaxed) & flag) != 0; }
    void set(Flags flag) { flags.fetch_or(flag, std::memory_order_relaxed); }
    void reset(Flags flag) { flags.fetch_and(~std::uint32_t{flag}, std::memory_order_relaxed); }
    void retain() { more_owners.fetch_add(1, std::memory_order_relaxed); }
};
static_assert(sizeof(FrameRecord) == 32);

// In frames; not exact while they change.
struct FrameStats {
    std::uint64_t users = 0;    // programs' and caches'
    std::uint64_t cached = 0;   // of these caches'
    std::uint64_t records = 0;  // that hold records
};

//   allocate()          thread context; may sleep: a frame with one owner, contents undefined. ENOMEM: what is left is kept for the kernel
//   record(frame)       any context: null: there is none
//   make_record(frame)  any context: the record, of zeros where there was none. ENOMEM
//   share(frame)        any context, by an owner: one more. ENOMEM
//   is_shared(frame)    any context: false, to the only owner, who has made sure that nobody else can become one
//   release(frame)      any context: one owner less; the last gives it back
//   zero_page()         any context: a frame of zeros, which stays, belongs to nobody and is never written to
//   count_cached(n)     any context: caches have so many more, or less
//   next_record(frame)  any context: a frame at or after it that may have a record; frame 0: there are no more
//   bytes(frame)        any context: where the kernel reaches it
//   allocate_node(size), free_node(pointer, size)  any context: memory for who keeps account of frames. ENOMEM
//   make_room()         thread context; may sleep: after that, whether it is worth another try
//   stats()
template <class T>
concept Frames = requires(T& frames, Frame frame, std::int64_t count, std::size_t size, void* pointer) {
    { frames.allocate() } -> std::same_as<Result<Frame>>;
    { frames.record(frame) } -> std::same_as<FrameRecord*>;
    { frames.make_record(frame) } -> std::same_as<Result<FrameRecord*>>;
    { frames.share(frame) } -> std::same_as<Result<void>>;
    { frames.is_shared(frame) } -> std::same_as<bool>;
    { frames.release(frame) } -> std::same_as<void>;
    { frames.zero_page() } -> std::same_as<Frame>;
    { frames.count_cached(count) } -> std::same_as<void>;
    { frames.next_record(frame) } -> std::same_as<Frame>;
    { frames.bytes(frame) } -> std::same_as<std::byte*>;
    { frames.allocate_node(size) } -> std::same_as<Result<void*>>;
    { frames.free_node(pointer, size) } -> std::same_as<void>;
    { frames.make_room() } -> std::same_as<bool>;
    { frames.stats() } -> std::same_as<FrameStats>;
};

}  // namespace phx::vm
