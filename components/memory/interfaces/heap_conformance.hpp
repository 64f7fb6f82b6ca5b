// What every Heap must do, one with max_size 0 included. Traits is default-constructible and gives a fresh, ready
// provider through `provider()`, with at least 1 MiB behind it; the provider lives as long as the Traits.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include <arch/interrupts.hpp>
#include <debug/interfaces/fake_panic/fake_panic.hpp>
#include <memory/interfaces/heap.hpp>

namespace phx::memory {

template <class Traits>
class HeapConformance : public ::testing::Test {
protected:
    struct Object {
        void* pointer;
        std::size_t size;
        unsigned char fill;
    };

    auto& heap() { return traits_.provider(); }
    using Provider = std::remove_reference_t<decltype(std::declval<Traits&>().provider())>;
    static constexpr bool serves = Provider::max_size > 0;

    Object make(std::size_t size, std::size_t alignment, unsigned char fill) {
        const Result<void*> pointer = heap().allocate(size, alignment);
        EXPECT_TRUE(pointer) << size << " bytes aligned to " << alignment;
        if (!pointer) {
            return {nullptr, 0, 0};
        }
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(*pointer) % alignment, 0U)
            << size << " bytes aligned to " << alignment;
        std::memset(*pointer, fill, size);
        return {*pointer, size, fill};
    }
    // Fails if another object wrote into this one.
    static void expect_intact(const Object& object) {
        const auto* bytes = static_cast<const unsigned char*>(object.pointer);
        EXPECT_TRUE(std::all_of(bytes, bytes + object.size, [&](unsigned char c) { return c == object.fill; }))
            << "an object of " << object.size << " bytes was overwritten";
    }

private:
    Traits traits_;
};

TYPED_TEST_SUITE_P(HeapConformance);

TYPED_TEST_P(HeapConformance, RefusesWhatNoHeapAccepts) {
    struct {
        std::size_t size;
        std::size_t alignment;
    } const bad[] = {{0, 8}, {8, 0}, {8, 3}, {8, 24}, {8, 8192}, {0, 0}, {SIZE_MAX, 3}, {100, 48}, {5000, 6}};
    for (const auto& [size, alignment] : bad) {
        const Result<void*> pointer = this->heap().allocate(size, alignment);
        ASSERT_FALSE(pointer) << size << " bytes aligned to " << alignment;
        EXPECT_EQ(pointer.error(), Errno::inval) << size << " bytes aligned to " << alignment;
    }
    EXPECT_EQ(this->heap().stats().live_objects, 0U);
}

TYPED_TEST_P(HeapConformance, HasNothingAboveItsLargestSize) {
    for (const std::size_t size : {TestFixture::Provider::max_size + 1, SIZE_MAX, SIZE_MAX - 4095}) {
        const Result<void*> pointer = this->heap().allocate(size, 8);
        ASSERT_FALSE(pointer) << size;
        EXPECT_EQ(pointer.error(), Errno::nomem) << size;
    }
}

TYPED_TEST_P(HeapConformance, GivesAlignedObjectsThatDoNotOverlap) {
    if (!TestFixture::serves) {
        GTEST_SKIP() << "this heap serves nothing";
    }
    std::vector<typename TestFixture::Object> objects;
    unsigned char fill = 0;
    for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        for (const std::size_t size : {1, 15, 16, 17, 100, 255, 256, 257, 1000, 2048, 4095, 4096, 4097, 9000}) {
            objects.push_back(this->make(size, alignment, ++fill));
        }
    }
    std::uint64_t bytes = 0;
    for (const auto& object : objects) {
        this->expect_intact(object);
        bytes += object.size;
    }
    EXPECT_EQ(this->heap().stats().live_objects, objects.size());
    EXPECT_EQ(this->heap().stats().live_bytes, bytes);
    EXPECT_GE(this->heap().stats().backing_bytes, bytes);
    for (std::size_t i = 0; i < objects.size(); i += 2) {
        this->heap().free(objects[i].pointer, objects[i].size);
    }
    for (std::size_t i = 1; i < objects.size(); i += 2) {
        this->expect_intact(objects[i]);
        this->heap().free(objects[i].pointer, objects[i].size);
    }
    EXPECT_EQ(this->heap().stats().live_objects, 0U);
    EXPECT_EQ(this->heap().stats().live_bytes, 0U);
}

TYPED_TEST_P(HeapConformance, GivesFreedMemoryAgain) {
    if (!TestFixture::serves) {
        GTEST_SKIP() << "this heap serves nothing";
    }
    for (int round = 0; round < 20'000; ++round) {
        const auto object = this->make(200, 8, 0xa5);
        ASSERT_NE(object.pointer, nullptr) << "round " << round;
        this->heap().free(object.pointer, object.size);
    }
    EXPECT_LE(this->heap().stats().backing_bytes, 64U * 1024);
}

TYPED_TEST_P(HeapConformance, StopsAtASecondFree) {
    if (!TestFixture::serves) {
        GTEST_SKIP() << "this heap serves nothing";
    }
    for (const std::size_t size : {16, 100, 1000}) {
        const auto keeper = this->make(size, 8, 1);
        const auto object = this->make(size, 8, 2);
        this->heap().free(object.pointer, size);
        EXPECT_THROW(this->heap().free(object.pointer, size), debug::PanicCalled) << size;
        this->heap().free(keeper.pointer, size);
    }
}

TYPED_TEST_P(HeapConformance, StopsAtAForeignPointer) {
    alignas(4096) static std::byte elsewhere[8192];
    EXPECT_THROW(this->heap().free(elsewhere + 4096 + 128, 16), debug::PanicCalled);
    EXPECT_THROW(this->heap().free(nullptr, 16), debug::PanicCalled);
    if (!TestFixture::serves) {
        return;
    }
    const auto object = this->make(100, 8, 1);
    EXPECT_THROW(this->heap().free(static_cast<std::byte*>(object.pointer) + 8, 100), debug::PanicCalled);
    EXPECT_THROW(this->heap().free(static_cast<std::byte*>(object.pointer) + 16, 100), debug::PanicCalled);
    this->heap().free(object.pointer, 100);
}

TYPED_TEST_P(HeapConformance, StopsAtAFreeWithAnotherSize) {
    if (!TestFixture::serves) {
        GTEST_SKIP() << "this heap serves nothing";
    }
    const auto small = this->make(100, 8, 1);
    for (const std::size_t wrong : {0, 1, 1000, 5000}) {
        EXPECT_THROW(this->heap().free(small.pointer, wrong), debug::PanicCalled) << wrong;
    }
    this->heap().free(small.pointer, 100);
    const auto large = this->make(9000, 8, 2);
    EXPECT_THROW(this->heap().free(large.pointer, 100), debug::PanicCalled);
    EXPECT_THROW(this->heap().free(large.pointer, 40'000), debug::PanicCalled);
    this->heap().free(large.pointer, 9000);
}

TYPED_TEST_P(HeapConformance, LeavesTheInterruptMaskAsItWas) {
    for (const bool masked : {true, false}) {
        masked ? arch::mask_interrupts() : arch::unmask_interrupts();
        for (const std::size_t size : {100, 10'000}) {
            const Result<void*> pointer = this->heap().allocate(size, 8);
            EXPECT_EQ(static_cast<bool>(pointer), TestFixture::serves);
            EXPECT_EQ(arch::interrupts_masked(), masked);
            if (pointer) {
                this->heap().free(*pointer, size);
            }
            EXPECT_EQ(arch::interrupts_masked(), masked);
        }
    }
}

REGISTER_TYPED_TEST_SUITE_P(HeapConformance, RefusesWhatNoHeapAccepts, HasNothingAboveItsLargestSize,
                            GivesAlignedObjectsThatDoNotOverlap, GivesFreedMemoryAgain, StopsAtASecondFree,
                            StopsAtAForeignPointer, StopsAtAFreeWithAnotherSize, LeavesTheInterruptMaskAsItWas);

}  // namespace phx::memory
