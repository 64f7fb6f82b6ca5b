// A heap in front of another that finds what is done wrong with its objects.
//
//   | ... | Record | red zone | object | red zone |      one block of the backing heap
//
// New objects hold 0xa5, freed ones 0x5a; these stay in quarantine for a while, where a write to them shows when they leave or when somebody
// asks. Red zones hold 0xfe; they are looked at when the object is freed or when somebody asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <locks/checked_heap.hpp>
#include <memory/interfaces/heap.hpp>
#include <memory/interfaces/heap_report.hpp>
#include <params/checked_heap.hpp>
#include <sync/spinlock.hpp>

namespace phx::memory {

class CheckedHeap {
public:
    static constexpr std::size_t max_size = params::checked_heap::max_size;

    constexpr CheckedHeap() = default;

    // Any context; see the Heap interface. A free panics on all that the interface names, on every other size than was asked for, and on
    // writes around the object, or to one in quarantine that makes way. The panic says what object, and where it was allocated.
    [[gnu::noinline]] Result<void*> allocate(std::size_t size, std::size_t alignment);
    void free(void* pointer, std::size_t size);
    [[nodiscard]] HeapStats stats() const;

    // HeapReport
    std::size_t sites(std::span<HeapSite> into);
    std::string_view check(std::span<char> text);

    // See memory/interfaces/context.hpp.
    std::size_t make_room(std::size_t frames_wanted);

private:
    enum class State : std::uint64_t { live = 0x5048'5848'4541'5031, freed = 0x5048'5848'4541'5032 };

    // Directly before the red zone before the object. In live_ or in quarantine_.
    struct alignas(16) Record : ListNode {
        std::uint64_t tag;  // the state and the object's address, so that other memory does not pass for a record
        std::size_t size;   // of the object, as asked for
        std::uint32_t front;  // from the block's start to the object
        AllocationTrace trace;

        [[nodiscard]] std::uint8_t* object();
        [[nodiscard]] bool is(State state);
        void set(State state);
    };
    struct Problem {
        std::string_view what;  // "": none
        std::ptrdiff_t at;      // byte, from the object's start
    };

    [[nodiscard]] static Record& record_of(void* object);
    [[nodiscard]] static Problem examine(Record& record);
    [[nodiscard]] static std::size_t block_size(const Record& record);
    static std::string_view describe(std::span<char> text, Problem problem, Record& record);
    [[noreturn]] static void report(Problem problem, Record& record);
    Record& begin_free(void* pointer, std::size_t size);
    Record* make_way();
    static void release(Record& record);

    mutable SpinLock lock_{locks::checked_heap::records};
    IntrusiveList<Record> live_ __attribute__((guarded_by(lock_)));
    IntrusiveList<Record> quarantine_ __attribute__((guarded_by(lock_)));  // oldest first
    std::size_t quarantined_ __attribute__((guarded_by(lock_))) = 0;       // bytes
    HeapStats stats_ __attribute__((guarded_by(lock_)));
};

}  // namespace phx::memory
