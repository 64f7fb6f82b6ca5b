#include <memory/slab/slab.hpp>

#include <memory>
#include <type_traits>

#include <base/format.hpp>
#include <base/panic.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/slab.hpp>

namespace phx::memory {
namespace {

using Pages = std::remove_reference_t<decltype(ports::slab::pages())>;

[[noreturn, gnu::cold, gnu::noinline]] void reject(std::string_view reason, const void* pointer, std::size_t size) {
    std::array<char, 96> text;
    panic(format_to(text, "{}: {:#x}, {} bytes", reason, reinterpret_cast<std::uintptr_t>(pointer), size));
}

constexpr unsigned order_for(std::size_t size) {
    return static_cast<unsigned>(std::bit_width((size - 1) >> k_page_shift));
}

// All bits of a word of a slab that has this many objects.
constexpr std::uint64_t full_word(const SizeClass& layout, std::size_t word) {
    const std::size_t bits = layout.count - word * 64;
    return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

bool is_empty(const std::uint64_t* free_objects, const SizeClass& layout) {
    for (std::size_t word = 0; word < layout.words(); ++word) {
        if (free_objects[word] != full_word(layout, word)) {
            return false;
        }
    }
    return true;
}

bool has_none_free(const std::uint64_t* free_objects, const SizeClass& layout) {
    return std::all_of(free_objects, free_objects + layout.words(), [](std::uint64_t word) { return word == 0; });
}

}  // namespace

// --- sizes that the compiler does not know, and whatever a magazine cannot serve

Result<void*> SlabHeap::allocate_any(std::size_t size, std::size_t alignment) {
    if (is_ordinary(size, alignment)) [[likely]] {
        return allocate_object(ordinary_class(size), size);
    }
    return is_aligned_in_slab(size, alignment) ? allocate_aligned(aligned_class(size, alignment), size)
                                               : allocate_pages(size, alignment);
}

void SlabHeap::free_any(void* pointer, std::size_t size) {
    if (size - 1 < k_largest_in_slab) [[likely]] {
        free_object(ordinary_class(size), pointer, size);
    } else {
        free_at_edge(pointer, size);
    }
}

Result<void*> SlabHeap::allocate_at_edge(std::size_t size_class, std::size_t size) {
    Depot& depot = depots_[size_class];
    const SpinGuard guard{depot.lock};
    Magazine& magazine = magazine_of(size_class);
    if (magazine.count == 0) {
        const std::size_t half = (k_size_classes[size_class].magazine + 1U) / 2;
        magazine.count = take_out(depot, size_class, magazine.objects, half);
    }
    if (magazine.count == 0) {
        return Errno::nomem;
    }
    return take(magazine, size);
}

void SlabHeap::free_at_edge(void* pointer, std::size_t size) {
    if (reinterpret_cast<std::uintptr_t>(pointer) % k_page_size == 0) {
        free_pages(pointer, size);
        return;
    }
    Slab& slab = slab_of(pointer);
    const std::size_t size_class = class_of_freed(slab, size);
    const std::size_t granule = granule_of(pointer);
    if (granule >= k_granules || !slab.end(granule)) {
        reject("object freed twice, or a pointer into one", pointer, size);
    }
    Depot& depot = depots_[size_class];
    const SpinGuard guard{depot.lock};
    if (size_class >= k_ordinary_classes) {
        depot.live_bytes -= size;
        put_back(depot, size_class, pointer);
        return;
    }
    Magazine& magazine = magazine_of(size_class);
    const std::size_t room = k_size_classes[size_class].magazine;
    if (magazine.count == room) {
        drain(depot, size_class, magazine, (room + 1) / 2);
    }
    magazine.live_bytes -= size;
    magazine.objects[magazine.count] = pointer;
    ++magazine.count;
}

Result<void*> SlabHeap::allocate_aligned(std::size_t size_class, std::size_t size) {
    Depot& depot = depots_[size_class];
    const SpinGuard guard{depot.lock};
    void* object = nullptr;
    if (take_out(depot, size_class, &object, 1) == 0) {
        return Errno::nomem;
    }
    depot.live_bytes += size;
    slab_of(object).begin(granule_of(object));
    return object;
}

// The class that a slab was made for; panics if it is none, or none for this size.
std::size_t SlabHeap::class_of_freed(const Slab& slab, std::size_t size) {
    if (size - 1 < k_largest_in_slab && is_slab(slab, ordinary_class(size))) [[likely]] {
        return ordinary_class(size);
    }
    const std::size_t found = -slab.tag - reinterpret_cast<std::uintptr_t>(&slab);
    if (found >= k_classes) {
        reject("freed object was not allocated", &slab, size);
    }
    if (found < k_ordinary_classes || size == 0 || size > k_size_classes[found].size) {
        reject("object freed with another size", &slab, size);
    }
    return found;
}

// --- slabs of a class

// Up to `wanted` objects, from the slabs that are in use already as far as they have any; a new slab only for the first one.
std::size_t SlabHeap::take_out(Depot& depot, std::size_t size_class, void** objects, std::size_t wanted) {
    const SizeClass& layout = k_size_classes[size_class];
    std::size_t got = 0;
    while (got < wanted) {
        Slab* slab = depot.partial.front();
        if (slab == nullptr && got == 0) {
            slab = grow(depot, size_class);
        }
        if (slab == nullptr) {
            break;
        }
        std::uint64_t* free_objects = slab->free_objects();
        for (std::size_t word = 0; word < layout.words(); ++word) {
            for (; free_objects[word] != 0 && got < wanted; free_objects[word] &= free_objects[word] - 1) {
                const std::size_t index = word * 64 + static_cast<std::size_t>(std::countr_zero(free_objects[word]));
                objects[got++] = reinterpret_cast<std::byte*>(slab) + layout.start + index * layout.size;
            }
        }
        if (has_none_free(free_objects, layout)) {
            IntrusiveList<Slab>::remove(*slab);
        }
    }
    depot.objects_out += got;
    return got;
}

// The object is live no more, and in no magazine.
void SlabHeap::put_back(Depot& depot, std::size_t size_class, void* object) {
    const SizeClass& layout = k_size_classes[size_class];
    const std::size_t offset = reinterpret_cast<std::uintptr_t>(object) % k_page_size;
    Slab& slab = slab_of(object);
    std::uint64_t* free_objects = slab.free_objects();
    const std::uint32_t index = layout.index(static_cast<std::uint32_t>(offset - layout.start));
    if (has_none_free(free_objects, layout)) {
        depot.partial.push_front(slab);
    }
    free_objects[index / 64] |= std::uint64_t{1} << index % 64;
    --depot.objects_out;
    if (is_empty(free_objects, layout)) {
        retire(depot, slab);
    }
}

// The objects that have lain in the magazine for longest.
void SlabHeap::drain(Depot& depot, std::size_t size_class, Magazine& magazine, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        put_back(depot, size_class, magazine.objects[i]);
    }
    std::copy(magazine.objects + count, magazine.objects + magazine.count, magazine.objects);
    magazine.count -= count;
}

// A new slab in the class's list; a null pointer if there is no page.
SlabHeap::Slab* SlabHeap::grow(Depot& depot, std::size_t size_class) {
    const Result<Frame> frame = ports::slab::pages().allocate(0);
    if (!frame) {
        return nullptr;
    }
    std::byte* page = ports::slab::map().to_virtual(frame->address());
    Slab* slab = std::construct_at(reinterpret_cast<Slab*>(page));
    slab->tag = -(reinterpret_cast<std::uintptr_t>(page) + size_class);
    const SizeClass& layout = k_size_classes[size_class];
    for (std::size_t word = 0; word < layout.words(); ++word) {
        slab->free_objects()[word] = full_word(layout, word);
    }
    depot.partial.push_front(*slab);
    ++depot.pages;
    return slab;
}

// An empty slab stays if it is its class's only one with room, so that a class that goes back and forth does not churn
// pages. Any other goes back, so that there is at most one empty slab a class. Where pages cannot be had again, all
// stay.
void SlabHeap::retire(Depot& depot, Slab& slab) {
    if constexpr (!Pages::can_free) {
        return;
    }
    IntrusiveList<Slab>::remove(slab);
    if (depot.partial.empty()) {
        depot.partial.push_front(slab);
        return;
    }
    slab.tag = 0;
    --depot.pages;
    ports::slab::pages().free(Frame::containing(ports::slab::map().to_physical(&slab)), 0);
}

// The empty slab that stayed, which is the class's only one with room or at the list's end.
std::size_t SlabHeap::retire_kept(Depot& depot, std::size_t size_class) {
    for (Slab& slab : depot.partial) {
        if (is_empty(slab.free_objects(), k_size_classes[size_class])) {
            IntrusiveList<Slab>::remove(slab);
            slab.tag = 0;
            --depot.pages;
            ports::slab::pages().free(Frame::containing(ports::slab::map().to_physical(&slab)), 0);
            return 1;
        }
    }
    return 0;
}

std::size_t SlabHeap::reclaim(std::size_t frames_wanted) {
    std::size_t given = 0;
    if constexpr (Pages::can_free) {
        for (std::size_t size_class = 0; size_class < k_classes && given < frames_wanted; ++size_class) {
            Depot& depot = depots_[size_class];
            const SpinGuard guard{depot.lock};
            const std::uint64_t before = depot.pages;
            if (size_class < k_ordinary_classes) {
                Magazine& magazine = magazine_of(size_class);
                drain(depot, size_class, magazine, magazine.count);
            }
            retire_kept(depot, size_class);
            given += before - depot.pages;
        }
    }
    return given;
}

std::size_t SlabHeap::make_room(std::size_t frames_wanted) {
    return memory::make_room(ports::slab::pages(), frames_wanted);
}

// --- whole pages

Result<void*> SlabHeap::allocate_pages(std::size_t size, std::size_t alignment) {
    if (size == 0 || !is_power_of_two(alignment) || alignment > k_page_size) {
        return Errno::inval;
    }
    if (size > max_size) {
        return Errno::nomem;
    }
    const unsigned order = order_for(size);
    const Result<Frame> frame = ports::slab::pages().allocate(order);
    if (!frame) {
        return Errno::nomem;
    }
    const SpinGuard guard{large_lock_};
    ++large_.live_objects;
    large_.live_bytes += size;
    large_.backing_bytes += k_page_size << order;
    return ports::slab::map().to_virtual(frame->address());
}

void SlabHeap::free_pages(void* pointer, std::size_t size) {
    if (pointer == nullptr || size == 0 || size > max_size) {
        reject("freed object was not allocated", pointer, size);
    }
    const unsigned order = order_for(size);
    ports::slab::pages().free(Frame::containing(ports::slab::map().to_physical(pointer)), order);
    const SpinGuard guard{large_lock_};
    --large_.live_objects;
    large_.live_bytes -= size;
    large_.backing_bytes -= k_page_size << order;
}

// Magazines of other CPUs change under the reader's eyes: each number is whole, but they are not of one moment.
[[clang::no_sanitize("thread")]] HeapStats SlabHeap::stats() const {
    HeapStats stats;
    {
        const SpinGuard guard{large_lock_};
        stats = large_;
    }
    for (const Depot& depot : depots_) {
        const SpinGuard guard{depot.lock};
        stats.live_objects += depot.objects_out;
        stats.live_bytes += depot.live_bytes;
        stats.backing_bytes += depot.pages * k_page_size;
    }
    const InterruptGuard guard;
    for (const Magazine& magazine : magazines_) {
        stats.live_objects -= magazine.count;
        stats.live_bytes += magazine.live_bytes;
    }
    return stats;
}

}  // namespace phx::memory
