// A heap in the manner of Bonwick's slab allocator (USENIX Summer 1994): pages cut into objects of one size, freed
// pages given back.
//
// A slab's header holds a bitmap of its objects, so nothing is ever written into free memory and a double free is
// always found. Slabs are single pages, and no object starts at a page: an aligned pointer is a large object, any other
// leads to its header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <memory/interfaces/heap.hpp>
#include <memory/slab/size_classes.hpp>
#include <params/slab.hpp>

namespace phx::memory {

class SlabHeap {
public:
    static constexpr std::size_t max_size = params::slab::max_size;

    constexpr SlabHeap() = default;

    // Any context; see the Heap interface. A free panics on a double free, on a pointer that is no object's start, and
    // on a size of another class than the one asked for.
    Result<void*> allocate(std::size_t size, std::size_t alignment);
    void free(void* pointer, std::size_t size);
    [[nodiscard]] HeapStats stats() const;

private:
    // At the start of its page. In partial_ while some of its objects are free; a full slab is found through its
    // objects.
    struct Slab : ListNode {
        std::uint64_t tag;  // names this page and its class, so that other memory does not pass for a slab
        std::array<std::uint64_t, k_most_objects / 64> free_objects;  // a bit each, 1: free
        std::uint32_t reciprocal;                                     // of `size`
        std::uint16_t size;
        std::uint8_t count;
        std::uint8_t free;
    };
    static_assert(sizeof(Slab) <= k_slab_header);

    [[nodiscard]] static std::uint64_t tag_for(const std::byte* page, std::size_t size_class);
    [[nodiscard]] static std::size_t class_of_freed(const std::byte* page, const Slab& slab, std::size_t size);

    [[clang::requires_capability(interrupts_off)]] Slab* grow(std::size_t size_class);
    [[clang::requires_capability(interrupts_off)]] void retire(Slab& slab, std::size_t size_class);
    [[clang::requires_capability(interrupts_off)]] void* take(Slab& slab, std::size_t start, std::size_t size);
    [[clang::requires_capability(interrupts_off)]] bool give_back(Slab& slab, std::uint32_t offset, std::size_t size);
    Result<void*> allocate_special(std::size_t size, std::size_t alignment);
    [[gnu::noinline]] Result<void*> allocate_at_edge(std::size_t size_class, std::size_t size);
    [[gnu::noinline]] void free_at_edge(void* pointer, std::size_t size);
    Result<void*> allocate_pages(std::size_t size, std::size_t alignment);
    void free_pages(void* pointer, std::size_t size);

    std::array<IntrusiveList<Slab>, k_classes> partial_ __attribute__((guarded_by(interrupts_off))){};
    HeapStats stats_ __attribute__((guarded_by(interrupts_off))){};
};

}  // namespace phx::memory
