// A heap in the manner of Bonwick's slab allocator (USENIX Summer 1994), with a magazine of objects for each CPU and size in front
// (Bonwick and Adams, USENIX 2001).
//
// A slab is a page of objects of one size. Its header holds two bits for each: whether somebody has it (`live`), and whether the slab
// has it; with neither it lies in a magazine. Nothing is ever written into free memory, and a double free is always found. No object
// starts at a page, so an aligned pointer is a large object, and any other leads to its header.
//
// Common calls go to the CPU's own magazine, with interrupts masked and no lock; they are inline, so that a size known to the compiler
// costs no look-up. Only a magazine that is empty or full meets the slabs, under the lock of its class.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/intrusive_list.hpp>
#include <base/opaque.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <locks/slab.hpp>
#include <memory/interfaces/heap.hpp>
#include <memory/interfaces/reclaimer.hpp>
#include <memory/slab/size_classes.hpp>
#include <params/slab.hpp>
#include <sync/per_cpu.hpp>
#include <sync/spinlock.hpp>

namespace phx::memory {

class SlabHeap final : public Reclaimer {
public:
    static constexpr std::size_t max_size = params::slab::max_size;

    constexpr SlabHeap() = default;

    // Any context; see the Heap interface. A free panics on a double free, on a pointer that is no object's start, and
    // on a size of another class than the one asked for.
    [[gnu::always_inline]] Result<void*> allocate(std::size_t size, std::size_t alignment) {
        if (__builtin_constant_p(size) && __builtin_constant_p(alignment) && is_ordinary(size, alignment)) {
            return allocate_object(ordinary_class(size), size);
        }
        return allocate_any(size, alignment);
    }
    [[gnu::always_inline]] void free(void* pointer, std::size_t size) {
        if (__builtin_constant_p(size) && size - 1 < k_largest_in_slab) {
            free_object(ordinary_class(size), pointer, size);
        } else {
            free_any(pointer, size);
        }
    }
    // Exact while nobody allocates or frees.
    [[nodiscard]] HeapStats stats() const;

    // Gives back what this CPU's magazines hold, and every empty slab.
    std::size_t reclaim(std::size_t frames_wanted) override;

    // For allocations that may sleep, when allocate gave ENOMEM: hands on to the page allocator, if that has somebody to ask.
    std::size_t make_room(std::size_t frames_wanted);

private:
    static constexpr unsigned k_cpus = PerCpu<int>::count;
    static constexpr bool k_one_cpu = k_cpus == 1;

    // Which 16 bytes of its page an address lies in; more than k_granules for one that is not aligned to 16.
    static constexpr std::size_t k_granules = k_page_size / k_object_alignment;
    [[nodiscard]] static std::size_t granule_of(const void* pointer) {
        return std::rotr(reinterpret_cast<std::uintptr_t>(pointer) % k_page_size, std::countr_zero(k_object_alignment));
    }

    // Bits by offset in the page, one for each 16 bytes, of which only objects' starts are ever set. So a pointer needs no division, and
    // one into the middle of an object is found like one that is not live.
    struct LiveObjects {
        std::atomic<std::uint64_t> words[k_granules / 64] = {};

        void begin(std::size_t granule);
        // False: nobody has an object there.
        bool end(std::size_t granule);
    };

    // At the start of its page. In its class's list while it has free objects; a full one is found through its objects. Free objects'
    // bits follow.
    struct Slab : LiveObjects, ListNode {
        std::uint64_t tag = 0;  // names this page and its class, so that other memory does not pass for a slab

        [[nodiscard]] std::uint64_t* free_objects() { return reinterpret_cast<std::uint64_t*>(this + 1); }
    };
    static_assert(sizeof(Slab) == k_slab_header);

    // tag + page + class = 0.
    [[nodiscard]] static bool is_slab(const Slab& slab, std::size_t size_class) {
        return slab.tag + reinterpret_cast<std::uintptr_t>(&slab) + size_class == 0;
    }

    struct Magazine {
        void* objects[k_magazine_slots] = {};  // plain and first: `count` is within it, so that no access need check or add
        std::uint64_t live_bytes = 0;          // what this CPU allocated less what it freed, of all CPUs the sum counts
        std::uint64_t count = 0;
    };

    // The slabs of one class.
    struct Depot {
        mutable SpinLock lock{locks::slab::depot};
        IntrusiveList<Slab> partial __attribute__((guarded_by(lock)));
        std::uint64_t pages __attribute__((guarded_by(lock))) = 0;
        std::uint64_t objects_out __attribute__((guarded_by(lock))) = 0;  // live or in a magazine
        std::uint64_t live_bytes __attribute__((guarded_by(lock))) = 0;   // of classes without magazines
    };

    [[nodiscard]] static Slab& slab_of(const void* object) {
        return *reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(object) & ~(k_page_size - 1));
    }
    // This CPU's. A constant address the compiler would fold into each access, which then could not be paired.
    [[clang::requires_capability(interrupts_off)]] Magazine& magazine_of(std::size_t size_class) {
        return opaque(magazines_ + size_class)[this_cpu() * k_ordinary_classes];
    }
    Result<void*> allocate_object(std::size_t size_class, std::size_t size);
    void free_object(std::size_t size_class, void* pointer, std::size_t size);
    [[clang::requires_capability(interrupts_off)]] static void* take(Magazine& magazine, std::size_t size);
    Result<void*> allocate_any(std::size_t size, std::size_t alignment);
    void free_any(void* pointer, std::size_t size);

    [[gnu::noinline]] Result<void*> allocate_at_edge(std::size_t size_class, std::size_t size);
    [[gnu::noinline]] void free_at_edge(void* pointer, std::size_t size);
    Result<void*> allocate_aligned(std::size_t size_class, std::size_t size);
    Result<void*> allocate_pages(std::size_t size, std::size_t alignment);
    void free_pages(void* pointer, std::size_t size);
    [[nodiscard]] static std::size_t class_of_freed(const Slab& slab, std::size_t size);

    // Slabs of a class whose lock is held.
    static Slab* grow(Depot& depot, std::size_t size_class) __attribute__((requires_capability(depot.lock)));
    static std::size_t take_out(Depot& depot, std::size_t size_class, void** objects, std::size_t wanted)
        __attribute__((requires_capability(depot.lock)));
    static void put_back(Depot& depot, std::size_t size_class, void* object) __attribute__((requires_capability(depot.lock)));
    static void retire(Depot& depot, Slab& slab) __attribute__((requires_capability(depot.lock)));
    static std::size_t retire_kept(Depot& depot, std::size_t size_class) __attribute__((requires_capability(depot.lock)));
    static void drain(Depot& depot, std::size_t size_class, Magazine& magazine, std::size_t count)
        __attribute__((requires_capability(depot.lock, interrupts_off)));

    // By CPU, and within by class. Not PerCpu, which would check the index.
    alignas(k_cache_line) Magazine magazines_[k_cpus * k_ordinary_classes] __attribute__((guarded_by(interrupts_off)));
    std::array<Depot, k_classes> depots_{};

    mutable SpinLock large_lock_{locks::slab::large};
    HeapStats large_ __attribute__((guarded_by(large_lock_)));  // objects of whole pages
};

inline void SlabHeap::LiveObjects::begin(std::size_t granule) {
    std::atomic<std::uint64_t>& word = words[opaque(granule / 64)];
    const std::uint64_t bit = std::uint64_t{1} << granule % 64;
    if constexpr (k_one_cpu) {
        word.store(word.load(std::memory_order_relaxed) | bit, std::memory_order_relaxed);
    } else {
        word.fetch_or(bit, std::memory_order_relaxed);
    }
}

inline bool SlabHeap::LiveObjects::end(std::size_t granule) {
    std::atomic<std::uint64_t>& word = words[opaque(granule / 64)];
    const std::uint64_t bit = std::uint64_t{1} << granule % 64;
    if constexpr (k_one_cpu) {
        const std::uint64_t before = word.load(std::memory_order_relaxed);
        if ((before & bit) == 0) [[unlikely]] {
            return false;
        }
        word.store(before ^ bit, std::memory_order_relaxed);
        return true;
    } else {
        return (word.fetch_and(~bit, std::memory_order_relaxed) & bit) != 0;
    }
}

// The magazine holds an object.
inline void* SlabHeap::take(Magazine& magazine, std::size_t size) {
    --magazine.count;
    magazine.live_bytes += size;
    void* object = magazine.objects[magazine.count];
    slab_of(object).begin(opaque(reinterpret_cast<std::uintptr_t>(object) % k_page_size / k_object_alignment));
    return object;
}

[[gnu::always_inline]] inline Result<void*> SlabHeap::allocate_object(std::size_t size_class, std::size_t size) {
    {
        const InterruptGuard guard;
        Magazine& magazine = magazine_of(size_class);
        if (magazine.count != 0) [[likely]] {
            return take(magazine, size);
        }
    }
    return allocate_at_edge(size_class, size);
}

[[gnu::always_inline]] inline void SlabHeap::free_object(std::size_t size_class, void* pointer, std::size_t size) {
    const std::size_t granule = opaque(granule_of(pointer));
    if (granule - 1 < k_granules - 1) [[likely]] {
        const InterruptGuard guard;
        Slab& slab = slab_of(pointer);
        Magazine& magazine = magazine_of(size_class);
        if (is_slab(slab, size_class) && magazine.count < k_magazine_of_class.data()[size_class] && slab.end(granule)) [[likely]] {
            magazine.live_bytes -= size;
            magazine.objects[magazine.count] = pointer;
            ++magazine.count;
            return;
        }
    }
    free_at_edge(pointer, size);
}

}  // namespace phx::memory
