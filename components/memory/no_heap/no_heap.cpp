#include <memory/no_heap/no_heap.hpp>

#include <bit>

#include <base/panic.hpp>
#include <base/types.hpp>

namespace phx::memory {

Result<void*> NoHeap::allocate(std::size_t size, std::size_t alignment) {
    const bool valid = size > 0 && std::has_single_bit(alignment) && alignment <= k_page_size;
    return valid ? Errno::nomem : Errno::inval;
}

void NoHeap::free(void*, std::size_t) {
    panic("freed object was not allocated: this graph has no heap");
}

}  // namespace phx::memory
