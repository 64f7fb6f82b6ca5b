// CPUs that allocate and free at once, each the host's thread; objects are freed by others than those who allocated them.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include <arch/thread_head.hpp>
#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct Object {
    std::size_t size;
    unsigned char fill;
};

class Cpus {
public:
    explicit Cpus(SlabHeap& heap) : heap_{heap} {}

    void run(unsigned cpu) {
        arch::current()->cpu = cpu;
        std::minstd_rand random{cpu + 1};
        for (int round = 0; round < 20'000; ++round) {
            const std::size_t size = sizeof(Object) + (random() % 8 == 0 ? random() % 2500 : random() % 100);
            Object* object = make(size, static_cast<unsigned char>(round));
            end(slots_[random() % slots_.size()].exchange(object));
            if (round % 256 == 0) {
                static_cast<void>(heap_.stats());
                heap_.reclaim(4);
            }
        }
        heap_.reclaim(SIZE_MAX);
    }
    void finish() {
        for (auto& slot : slots_) {
            end(slot.exchange(nullptr));
        }
    }

private:
    Object* make(std::size_t size, unsigned char fill) {
        const Result<void*> pointer = size % 5 == 0 ? heap_.allocate(size, 32) : heap_.allocate(size, 8);
        if (!pointer) {
            return nullptr;
        }
        auto* object = new (*pointer) Object{size, fill};
        std::memset(object + 1, fill, size - sizeof(Object));
        return object;
    }
    void end(Object* object) {
        if (object == nullptr) {
            return;
        }
        const auto* bytes = reinterpret_cast<const unsigned char*>(object + 1);
        for (std::size_t i = 0; i < object->size - sizeof(Object); ++i) {
            ASSERT_EQ(bytes[i], object->fill);
        }
        heap_.free(object, object->size);
    }

    SlabHeap& heap_;
    std::array<std::atomic<Object*>, 64> slots_{};
};

void play(std::size_t ram_bytes) {
    SimulatedRam ram{wiring::fake_kernel_map, {{PhysAddr{0x4000'0000}, ram_bytes}}};
    wiring::fake_boot_allocator.reset(ram.ranges());
    wiring::fake_boot_info.set_memory(ram.ranges());
    ASSERT_TRUE(wiring::buddy.init());
    ASSERT_TRUE(wiring::pages.init());
    SlabHeap heap;
    Cpus cpus{heap};
    std::vector<std::thread> threads;
    for (unsigned cpu = 0; cpu < 4; ++cpu) {
        threads.emplace_back([&cpus, cpu] { cpus.run(cpu); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    cpus.finish();
    for (unsigned cpu = 0; cpu < 4; ++cpu) {
        arch::current()->cpu = cpu;
        heap.reclaim(SIZE_MAX);
    }
    arch::current()->cpu = 0;
    EXPECT_EQ(heap.stats().live_objects, 0U);
    EXPECT_EQ(heap.stats().live_bytes, 0U);
    EXPECT_EQ(heap.stats().backing_bytes, 0U);
    EXPECT_EQ(wiring::pages.stats().free_frames, wiring::pages.stats().total_frames);
    wiring::fake_boot_allocator.reset();
    wiring::fake_boot_info.reset();
}

TEST(SlabRace, CpusAllocateAndFreeAtOnce) {
    play(8 * MiB);
}

TEST(SlabRace, CpusAllocateAndFreeWhereMemoryRunsOut) {
    play(160 * KiB);
}

// Of two frees of one object at the same moment, exactly one is found.
TEST(SlabRace, FindsOneOfTwoFreesAtOnce) {
    SimulatedRam ram{wiring::fake_kernel_map, {{PhysAddr{0x4000'0000}, 2 * MiB}}};
    wiring::fake_boot_allocator.reset(ram.ranges());
    wiring::fake_boot_info.set_memory(ram.ranges());
    ASSERT_TRUE(wiring::buddy.init());
    ASSERT_TRUE(wiring::pages.init());
    SlabHeap heap;
    void* keeper = heap.allocate(64, 8).value();
    for (int round = 0; round < 300; ++round) {
        void* object = heap.allocate(64, 8).value();
        std::atomic<int> ready{0};
        std::atomic<int> found{0};
        const auto free_it = [&](unsigned cpu) {
            arch::current()->cpu = cpu;
            ++ready;
            while (ready != 2) {
            }
            try {
                heap.free(object, 64);
            } catch (const debug::PanicCalled&) {
                ++found;
            }
        };
        std::thread other{free_it, 1};
        free_it(0);
        other.join();
        ASSERT_EQ(found, 1);
    }
    heap.free(keeper, 64);
    EXPECT_EQ(heap.stats().live_objects, 0U);
    wiring::fake_boot_allocator.reset();
    wiring::fake_boot_info.reset();
}

}  // namespace
}  // namespace phx::memory
