// expect: while context 'interrupts_off' is held
#include <memory/interfaces/context.hpp>

template <class Heap, class Pages>
void run(Heap& heap, Pages& pages) {
    const phx::InterruptGuard guard;
    (void)phx::memory::allocate(heap, 64, 8, phx::memory::MaySleep{});  // wrong
    (void)phx::memory::allocate(heap, 64, 8, phx::memory::Atomic{});
    (void)phx::memory::allocate(pages, 0, phx::memory::MaySleep{});  // wrong
    (void)phx::memory::allocate(pages, 0, phx::memory::Atomic{});
    (void)phx::memory::create<int>(heap, phx::memory::MaySleep{}, 7);  // wrong
    (void)phx::memory::create<int>(heap, phx::memory::Atomic{}, 7);
}

struct Heap {
    static constexpr std::size_t max_size = 64;
    phx::Result<void*> allocate(std::size_t, std::size_t);
    void free(void*, std::size_t);
    phx::memory::HeapStats stats() const;
};
struct Pages {
    static constexpr unsigned max_order = 0;
    static constexpr bool can_free = true;
    phx::Result<phx::Frame> allocate(unsigned);
    void free(phx::Frame, unsigned);
    phx::memory::PageStats stats() const;
};
void test(Heap& heap, Pages& pages) { run(heap, pages); }
