#include <memory/slab/slab.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <type_traits>

#include <base/format.hpp>
#include <base/panic.hpp>
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

// std::has_single_bit takes 16 instructions on a processor without a population count outside of its vector unit.
constexpr bool is_power_of_two(std::size_t n) {
    return n != 0 && (n & (n - 1)) == 0;
}

constexpr bool is_ordinary(std::size_t size, std::size_t alignment) {
    constexpr std::size_t powers_up_to_16 = 1U << 1 | 1U << 2 | 1U << 4 | 1U << 8 | 1U << 16;
    return size - 1 < k_largest_in_slab && alignment <= k_object_alignment && (powers_up_to_16 >> alignment & 1) != 0;
}

constexpr std::size_t ordinary_class(std::size_t size) {
    return k_class_of_size[(size - 1) / k_object_alignment];
}

// For more than ordinary alignment.
constexpr bool is_aligned_in_slab(std::size_t size, std::size_t alignment) {
    return size != 0 && alignment > k_object_alignment && is_power_of_two(alignment) &&
           std::max(size, alignment) <= k_largest_aligned_in_slab;
}
constexpr std::size_t aligned_class(std::size_t size, std::size_t alignment) {
    return k_ordinary_classes + static_cast<std::size_t>(std::bit_width(std::max(size, alignment) - 1)) - 5;
}

}  // namespace

// The common case inline: an object of ordinary alignment from a slab that stays where it is. All else, and with it
// every change of a list, is a call.
Result<void*> SlabHeap::allocate(std::size_t size, std::size_t alignment) {
    if (!is_ordinary(size, alignment)) [[unlikely]] {
        return allocate_special(size, alignment);
    }
    const std::size_t size_class = ordinary_class(size);
    {
        const InterruptGuard guard;
        Slab* slab = partial_[size_class].front();
        if (slab != nullptr && slab->free > 1) [[likely]] {
            return take(*slab, k_slab_header, size);
        }
    }
    return allocate_at_edge(size_class, size);
}

Result<void*> SlabHeap::allocate_special(std::size_t size, std::size_t alignment) {
    return is_aligned_in_slab(size, alignment) ? allocate_at_edge(aligned_class(size, alignment), size)
                                               : allocate_pages(size, alignment);
}

Result<void*> SlabHeap::allocate_at_edge(std::size_t size_class, std::size_t size) {
    const InterruptGuard guard;
    Slab* slab = partial_[size_class].front();
    if (slab == nullptr) {
        slab = grow(size_class);
    }
    if (slab == nullptr) {
        return Errno::nomem;
    }
    if (slab->free == 1) {
        IntrusiveList<Slab>::remove(*slab);
    }
    return take(*slab, k_size_classes[size_class].start, size);
}

// The slab has a free object. `start` is where its objects begin, `size` what was asked for.
void* SlabHeap::take(Slab& slab, std::size_t start, std::size_t size) {
    std::size_t word = 0;
    while (slab.free_objects[word] == 0) {
        ++word;
    }
    const auto bit = static_cast<std::size_t>(std::countr_zero(slab.free_objects[word]));
    slab.free_objects[word] &= slab.free_objects[word] - 1;
    --slab.free;
    ++stats_.live_objects;
    stats_.live_bytes += size;
    return reinterpret_cast<std::byte*>(&slab) + start + (word * 64 + bit) * slab.size;
}

void SlabHeap::free(void* pointer, std::size_t size) {
    const auto offset_in_page = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pointer) % k_page_size);
    std::byte* page = static_cast<std::byte*>(pointer) - offset_in_page;
    if (offset_in_page != 0 && size - 1 < k_largest_in_slab) [[likely]] {
        const InterruptGuard guard;
        Slab& slab = *reinterpret_cast<Slab*>(page);
        if (slab.tag == tag_for(page, ordinary_class(size)) && slab.free != 0 && slab.free + 1 != slab.count &&
            give_back(slab, offset_in_page - k_slab_header, size)) [[likely]] {
            return;
        }
    }
    free_at_edge(pointer, size);
}

void SlabHeap::free_at_edge(void* pointer, std::size_t size) {
    const auto offset_in_page = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pointer) % k_page_size);
    if (offset_in_page == 0) {
        free_pages(pointer, size);
        return;
    }
    std::byte* page = static_cast<std::byte*>(pointer) - offset_in_page;
    Slab& slab = *reinterpret_cast<Slab*>(page);

    const InterruptGuard guard;
    const std::size_t size_class = class_of_freed(page, slab, size);
    if (!give_back(slab, offset_in_page - k_size_classes[size_class].start, size)) {
        reject("object freed twice, or a pointer into one", pointer, size);
    }
    if (slab.free == 1) {
        partial_[size_class].push_front(slab);
    }
    if (slab.free == slab.count) {
        retire(slab, size_class);
    }
}

// Marks the object at `offset`, counted from the first one, as free. False, and nothing changed: there is none, or
// nobody has it.
bool SlabHeap::give_back(Slab& slab, std::uint32_t offset, std::size_t size) {
    const std::uint32_t index = SizeClass::index(offset, slab.reciprocal);
    if (index >= slab.count || index * slab.size != offset) [[unlikely]] {
        return false;
    }
    const std::uint64_t bit = std::uint64_t{1} << index % 64;
    if ((slab.free_objects[index / 64] & bit) != 0) [[unlikely]] {
        return false;
    }
    slab.free_objects[index / 64] |= bit;
    ++slab.free;
    --stats_.live_objects;
    stats_.live_bytes -= size;
    return true;
}

HeapStats SlabHeap::stats() const {
    const InterruptGuard guard;
    return stats_;
}

std::uint64_t SlabHeap::tag_for(const std::byte* page, std::size_t size_class) {
    return ~(reinterpret_cast<std::uintptr_t>(page) + size_class);
}

std::size_t SlabHeap::class_of_freed(const std::byte* page, const Slab& slab, std::size_t size) {
    if (size - 1 < k_largest_in_slab && slab.tag == tag_for(page, ordinary_class(size))) [[likely]] {
        return ordinary_class(size);
    }
    const std::size_t found = ~slab.tag - reinterpret_cast<std::uintptr_t>(page);
    if (found >= k_classes) {
        reject("freed object was not allocated", page, size);
    }
    if (found < k_ordinary_classes || size == 0 || size > k_size_classes[found].size) {
        reject("object freed with another size", page, size);
    }
    return found;
}

// A new slab in the class's list; a null pointer if there is no page.
SlabHeap::Slab* SlabHeap::grow(std::size_t size_class) {
    const Result<Frame> frame = ports::slab::pages().allocate(0);
    if (!frame) {
        return nullptr;
    }
    std::byte* page = ports::slab::map().to_virtual(frame->address());
    Slab* slab = std::construct_at(reinterpret_cast<Slab*>(page));
    slab->tag = tag_for(page, size_class);
    const SizeClass& layout = k_size_classes[size_class];
    slab->size = layout.size;
    slab->reciprocal = layout.reciprocal;
    slab->count = slab->free = layout.count;
    for (std::size_t object = 0; object < layout.count; ++object) {
        slab->free_objects[object / 64] |= std::uint64_t{1} << object % 64;
    }
    partial_[size_class].push_front(*slab);
    stats_.backing_bytes += k_page_size;
    return slab;
}

// An empty slab stays if it is its class's only one with room, so that a class that goes back and forth does not churn
// pages. Any other goes back, so that there is at most one empty slab a class. Where pages cannot be had again, all
// stay.
void SlabHeap::retire(Slab& slab, std::size_t size_class) {
    if constexpr (!Pages::can_free) {
        return;
    }
    IntrusiveList<Slab>::remove(slab);
    if (partial_[size_class].empty()) {
        partial_[size_class].push_front(slab);
        return;
    }
    slab.tag = 0;
    stats_.backing_bytes -= k_page_size;
    ports::slab::pages().free(Frame::containing(ports::slab::map().to_physical(&slab)), 0);
}

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
    const InterruptGuard guard;
    ++stats_.live_objects;
    stats_.live_bytes += size;
    stats_.backing_bytes += k_page_size << order;
    return ports::slab::map().to_virtual(frame->address());
}

void SlabHeap::free_pages(void* pointer, std::size_t size) {
    if (pointer == nullptr || size == 0 || size > max_size) {
        reject("freed object was not allocated", pointer, size);
    }
    const unsigned order = order_for(size);
    ports::slab::pages().free(Frame::containing(ports::slab::map().to_physical(pointer)), order);
    const InterruptGuard guard;
    --stats_.live_objects;
    stats_.live_bytes -= size;
    stats_.backing_bytes -= k_page_size << order;
}

}  // namespace phx::memory
