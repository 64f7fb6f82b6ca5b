// Whether an allocation may wait for memory, as a type: what Linux says with GFP_KERNEL and GFP_ATOMIC.
//
//   Result<Inode*> inode = memory::create<Inode>(ports::fs::heap(), MaySleep{}, number);
//   Result<void*> buffer = memory::allocate(ports::fs::heap(), 512, 8, Atomic{});
//
// With MaySleep, when memory has run out, those who can give some back are asked, and it is tried again; under an InterruptGuard or a
// SpinGuard that does not compile. With Atomic, for interrupts and under spinlocks, ENOMEM comes at once.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include <base/interrupt_guard.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <memory/interfaces/heap.hpp>
#include <memory/interfaces/page_allocator.hpp>

namespace phx::memory {

struct MaySleep {};
struct Atomic {};

// A provider of PageAllocator or Heap may have `make_room(frames)`: asks for memory to be given back, and says how many frames were. Thread
// context; may wait. Others have nobody to ask.
template <class Provider>
std::size_t make_room(Provider& provider, std::size_t frames) {
    if constexpr (requires { provider.make_room(frames); }) {
        return provider.make_room(frames);
    } else {
        return 0;
    }
}

// What is given back may go to others, or lie apart: after so many times memory is short indeed.
inline constexpr int k_most_attempts = 8;

template <PageAllocator Pages>
Result<Frame> allocate(Pages& pages, unsigned order, Atomic) {
    return pages.allocate(order);
}

template <PageAllocator Pages>
__attribute__((locks_excluded(interrupts_off))) Result<Frame> allocate(Pages& pages, unsigned order, MaySleep) {
    Result<Frame> frame = pages.allocate(order);
    for (int i = 0; i < k_most_attempts && !frame && frame.error() == Errno::nomem; ++i) {
        if (make_room(pages, std::size_t{1} << order) == 0) {
            break;
        }
        frame = pages.allocate(order);
    }
    return frame;
}

template <Heap H>
Result<void*> allocate(H& heap, std::size_t size, std::size_t alignment, Atomic) {
    return heap.allocate(size, alignment);
}

template <Heap H>
__attribute__((locks_excluded(interrupts_off))) Result<void*> allocate(H& heap, std::size_t size, std::size_t alignment, MaySleep) {
    Result<void*> pointer = heap.allocate(size, alignment);
    for (int i = 0; i < k_most_attempts && !pointer && pointer.error() == Errno::nomem && size <= H::max_size; ++i) {
        if (make_room(heap, (size + k_page_size - 1) / k_page_size) == 0) {
            break;
        }
        pointer = heap.allocate(size, alignment);
    }
    return pointer;
}

// An object; `destroy` ends it.
template <class T, Heap H, class... Args>
Result<T*> create(H& heap, Atomic context, Args&&... args) {
    return std::construct_at(static_cast<T*>(TRY(allocate(heap, sizeof(T), alignof(T), context))), std::forward<Args>(args)...);
}

template <class T, Heap H, class... Args>
__attribute__((locks_excluded(interrupts_off))) Result<T*> create(H& heap, MaySleep context, Args&&... args) {
    return std::construct_at(static_cast<T*>(TRY(allocate(heap, sizeof(T), alignof(T), context))), std::forward<Args>(args)...);
}

// T is the type that it was created as.
template <class T, Heap H>
void destroy(H& heap, T* object) {
    std::destroy_at(object);
    heap.free(object, sizeof(T));
}

}  // namespace phx::memory
