#include <memory/percpu_pages/percpu_pages.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include <base/format.hpp>
#include <base/panic.hpp>
#include <ports/percpu_pages.hpp>

namespace phx::memory {
namespace {

using Backing = std::remove_reference_t<decltype(ports::percpu_pages::backing())>;

}  // namespace

Result<void> PerCpuPages::init() {
    if (Backing::max_order < max_order || !Backing::can_free) {
        ports::percpu_pages::log().error("the backing must take frames back, in blocks of up to order {}: see parameter `max_order`", max_order);
        return Errno::inval;
    }
    for (unsigned cpu = 0; cpu < stacks_.count; ++cpu) {
        Stack& stack = stacks_.of(cpu);
        const SpinGuard guard{stack.lock};
        stack.count = 0;
    }
    const std::span<const PhysRange> memory = ports::percpu_pages::boot_info().memory();
    first_ = Frame::containing(memory.front().base);
    frames_ = Frame::containing(memory.back().end()).number() - first_.number();
    const std::size_t bytes = align_up(frames_, 64) / 8;
    const auto order = static_cast<unsigned>(std::bit_width((bytes - 1) >> k_page_shift));
    if (order > Backing::max_order) {
        return Errno::nomem;
    }
    const Frame bits = TRY(ports::percpu_pages::backing().allocate(order));
    std::byte* memory_of_bits = ports::percpu_pages::map().to_virtual(bits.address());
    std::memset(memory_of_bits, 0, bytes);
    out_ = reinterpret_cast<std::atomic<std::uint64_t>*>(memory_of_bits);
    own_ = std::uint64_t{1} << order;
    return {};
}

Result<Frame> PerCpuPages::allocate_slowly(unsigned order) {
    if (order > max_order) {
        return Errno::inval;
    }
    auto& backing = ports::percpu_pages::backing();
    if (order == 0) {
        Stack& stack = stacks_.local();
        const SpinGuard guard{stack.lock};
        if (stack.count == 0) {
            refill(stack);
        }
        if (stack.count != 0) {
            const Frame frame = stack.frames[--stack.count];
            mark_out(frame);
            return frame;
        }
    }
    Result<Frame> frame = backing.allocate(order);
    if (!frame && drain_all()) {
        frame = backing.allocate(order);
    }
    if (frame && order == 0) {
        mark_out(*frame);
    }
    return frame;
}

void PerCpuPages::free_slowly(Frame frame, unsigned order) {
    if (order != 0) {
        ports::percpu_pages::backing().free(frame, order);
        return;
    }
    if (!take_in(frame)) {
        std::array<char, 96> text;
        panic(format_to(text, "page freed twice, or not allocated as one: frame {:#x}", frame.number()));
    }
    Stack& stack = stacks_.local();
    const SpinGuard guard{stack.lock};
    if (stack.count == k_high) {
        drain(stack, k_batch);
    }
    stack.frames[stack.count++] = frame;
}

void PerCpuPages::refill(Stack& stack) {
    auto& backing = ports::percpu_pages::backing();
    while (stack.count < k_batch) {
        const Result<Frame> frame = backing.allocate(0);
        if (!frame) {
            return;
        }
        stack.frames[stack.count++] = *frame;
    }
}

// The frames that have lain there for longest go.
void PerCpuPages::drain(Stack& stack, std::size_t count) {
    std::for_each_n(stack.frames, count, [](Frame frame) { ports::percpu_pages::backing().free(frame, 0); });
    std::copy(stack.frames + count, stack.frames + stack.count, stack.frames);
    stack.count -= count;
}

// Of every CPU. False: none keeps any.
bool PerCpuPages::drain_all() {
    bool any = false;
    for (unsigned cpu = 0; cpu < stacks_.count; ++cpu) {
        Stack& stack = stacks_.of(cpu);
        const SpinGuard guard{stack.lock};
        any = any || stack.count != 0;
        drain(stack, stack.count);
    }
    return any;
}

std::size_t PerCpuPages::make_room(std::size_t frames_wanted) {
    if (making_room_.exchange(true, std::memory_order_acquire)) {
        return 0;
    }
    std::size_t given = 0;
    for (Reclaimer* reclaimer : ports::percpu_pages::reclaimers()) {
        if (given < frames_wanted) {
            given += reclaimer->reclaim(frames_wanted - given);
        }
    }
    making_room_.store(false, std::memory_order_release);
    return given;
}

// What moves between a CPU and the backing meanwhile may be counted twice, or not at all.
PageStats PerCpuPages::stats() const {
    PageStats stats = ports::percpu_pages::backing().stats();
    stats.total_frames -= own_;
    for (unsigned cpu = 0; cpu < stacks_.count; ++cpu) {
        const Stack& stack = stacks_.of(cpu);
        const SpinGuard guard{stack.lock};
        stats.free_frames += stack.count;
    }
    return stats;
}

}  // namespace phx::memory
