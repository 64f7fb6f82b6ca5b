#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include <base/opaque.hpp>
#include <memory/interfaces/heap_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct OnFakeHeap {
    CheckedHeap heap;

    OnFakeHeap() { wiring::fake_heap.reset(); }
    ~OnFakeHeap() { wiring::fake_heap.reset(); }
    CheckedHeap& provider() { return heap; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CheckedHeap, HeapConformance, OnFakeHeap);

class CheckedHeapTest : public ::testing::Test {
protected:
    CheckedHeapTest() { wiring::fake_heap.reset(); }
    ~CheckedHeapTest() override { wiring::fake_heap.reset(); }

    unsigned char* get(std::size_t size = 100) { return static_cast<unsigned char*>(heap_.allocate(size, 8).value()); }
    // What a free of the object is refused with.
    std::string refusal(void* object, std::size_t size) {
        try {
            heap_.free(object, size);
        } catch (const debug::PanicCalled& panic) {
            return panic.what();
        }
        return "";
    }
    std::string check() {
        std::array<char, 600> text;
        return std::string{heap_.check(text)};
    }
    static bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

    CheckedHeap heap_;
};

TEST_F(CheckedHeapTest, FillsNewAndFreedObjects) {
    unsigned char* object = get();
    EXPECT_EQ(object[0], 0xa5);
    EXPECT_EQ(object[99], 0xa5);
    heap_.free(object, 100);
    EXPECT_EQ(object[0], 0x5a);
    EXPECT_EQ(object[99], 0x5a);
    EXPECT_EQ(check(), "");
}

TEST_F(CheckedHeapTest, FindsAWriteBehindAnObjectsEnd) {
    for (const std::size_t size : {1, 15, 16, 100}) {
        unsigned char* object = get(size);
        object[size] = 0;
        EXPECT_TRUE(has(check(), "written behind its end, at byte " + std::to_string(size)));
        const std::string text = refusal(object, size);
        EXPECT_TRUE(has(text, "of " + std::to_string(size) + " bytes written behind its end")) << text;
        EXPECT_TRUE(has(text, "; allocated by 0x")) << text;
    }
}

TEST_F(CheckedHeapTest, FindsAWriteBeforeAnObjectsStart) {
    unsigned char* object = get();
    object[-3] = 0;
    EXPECT_TRUE(has(check(), "written before its start, at byte -3"));
    EXPECT_TRUE(has(refusal(object, 100), "written before its start, at byte -3"));
}

TEST_F(CheckedHeapTest, FindsAWriteToAFreedObjectWhenAsked) {
    unsigned char* object = get();
    heap_.free(object, 100);
    object[42] = 1;
    EXPECT_TRUE(has(check(), "of 100 bytes written after it was freed, at byte 42")) << check();
}

TEST_F(CheckedHeapTest, FindsAWriteToAFreedObjectBeforeItsMemoryIsUsedAgain) {
    unsigned char* object = get();
    heap_.free(object, 100);
    object[7] = 1;
    std::string text;
    for (std::size_t i = 0; i < params::checked_heap::quarantine / 100 && text.empty(); ++i) {
        text = refusal(get(), 100);
    }
    EXPECT_TRUE(has(text, "written after it was freed, at byte 7")) << text;
}

TEST_F(CheckedHeapTest, FindsASecondFreeAndNamesTheObject) {
    unsigned char* object = get();
    heap_.free(object, 100);
    const std::string text = refusal(object, 100);
    EXPECT_TRUE(has(text, "of 100 bytes freed twice; allocated by")) << text;
}

TEST_F(CheckedHeapTest, FindsEveryOtherSize) {
    unsigned char* object = get();
    EXPECT_TRUE(has(refusal(object, 99), "of 100 bytes freed with another size"));
    heap_.free(object, 100);
}

TEST_F(CheckedHeapTest, KeepsNoMoreInQuarantineThanItMay) {
    for (int i = 0; i < 2000; ++i) {
        heap_.free(get(), 100);
        EXPECT_LE(wiring::fake_heap.stats().live_bytes, params::checked_heap::quarantine);
    }
    heap_.free(get(params::checked_heap::quarantine), params::checked_heap::quarantine);
    EXPECT_EQ(wiring::fake_heap.stats().live_bytes, 0U) << "it is larger than all of the quarantine, and the last";
}

TEST_F(CheckedHeapTest, NamesWhereAnObjectWasAllocated) {
    const arch::VirtRange before = arch::host::text;
    const VirtAddr here{reinterpret_cast<std::uintptr_t>(__builtin_return_address(0))};
    arch::host::text = {VirtAddr{here.aligned_down(GiB).value()}, here.aligned_down(GiB) + 2 * GiB};
    unsigned char* object = get();
    object[100] = 0;
    EXPECT_TRUE(has(check(), "; allocated by function+0x")) << check();
    arch::host::text = before;
}

[[gnu::noinline]] void* allocate_one(CheckedHeap& heap) {
    return used(heap.allocate(50, 8).value());
}
[[gnu::noinline]] void* allocate_other(CheckedHeap& heap) {
    return used(heap.allocate(1000, 8).value());
}

TEST_F(CheckedHeapTest, ListsWhatIsLiveByWhereItWasAllocated) {
    std::array<HeapSite, 4> sites;
    EXPECT_EQ(heap_.sites(sites), 0U);
    std::vector<void*> objects;
    for (int i = 0; i < 3; ++i) {
        objects.push_back(allocate_one(heap_));
    }
    allocate_other(heap_);
    ASSERT_EQ(heap_.sites(sites), 2U);
    EXPECT_EQ(sites[0].objects, 1U);
    EXPECT_EQ(sites[0].bytes, 1000U);
    EXPECT_EQ(sites[1].objects, 3U);
    EXPECT_EQ(sites[1].bytes, 150U);
    EXPECT_NE(sites[0].trace, sites[1].trace);
    EXPECT_EQ(heap_.sites(std::span{sites}.first(1)), 2U);
    for (void* object : objects) {
        heap_.free(object, 50);
    }
    EXPECT_EQ(heap_.sites(sites), 1U);
}

}  // namespace
}  // namespace phx::memory
