#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

#include <memory/interfaces/heap_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct FromFakePages {
    SlabHeap heap;

    FromFakePages() { wiring::fake_page_allocator.reset(); }
    ~FromFakePages() { wiring::fake_page_allocator.reset(); }
    SlabHeap& provider() { return heap; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Slab, HeapConformance, FromFakePages);

class SlabTest : public ::testing::Test {
protected:
    SlabTest() { wiring::fake_page_allocator.reset(); }
    ~SlabTest() override { wiring::fake_page_allocator.reset(); }

    void* get(std::size_t size, std::size_t alignment = 8) {
        const Result<void*> pointer = heap_.allocate(size, alignment);
        EXPECT_TRUE(pointer) << size;
        return pointer ? *pointer : nullptr;
    }
    [[nodiscard]] std::uint64_t pages() const { return heap_.stats().backing_bytes / k_page_size; }

    SlabHeap heap_;
};

TEST_F(SlabTest, PutsAsManyObjectsInAPageAsItsTableSays) {
    for (std::size_t c = 0; c < k_ordinary_classes; ++c) {
        const SizeClass& layout = k_size_classes[c];
        EXPECT_LE(layout.start + std::size_t{layout.count} * layout.size, k_page_size);
        const std::uint64_t before = pages();
        std::set<void*> objects;
        for (std::size_t i = 0; i < layout.count; ++i) {
            objects.insert(get(layout.size));
            EXPECT_EQ(pages(), before + 1) << layout.size;
        }
        EXPECT_EQ(objects.size(), layout.count) << "each a different one";
        objects.insert(get(layout.size));
        EXPECT_EQ(pages(), before + 2) << layout.size;
        for (void* object : objects) {
            heap_.free(object, layout.size);
        }
    }
}

// What lies in the magazine may keep the page that it is from.
TEST_F(SlabTest, KeepsOneEmptyPageAClassBesideItsMagazine) {
    std::vector<void*> objects;
    for (int i = 0; i < 63 * 4; ++i) {
        objects.push_back(get(64));
    }
    EXPECT_EQ(pages(), 4U);
    for (void* object : objects) {
        heap_.free(object, 64);
    }
    EXPECT_LE(pages(), 2U);
    EXPECT_EQ(wiring::fake_page_allocator.live_blocks(), pages());
    const std::uint64_t kept = pages();
    heap_.free(get(64), 64);
    EXPECT_EQ(pages(), kept) << "the kept page serves again";
}

TEST_F(SlabTest, GivesBackAllThatIsFreeWhenMemoryRunsOut) {
    void* live = get(64);
    std::vector<std::pair<void*, std::size_t>> objects;
    for (const std::size_t size : {16, 64, 100, 1000, 2016}) {
        for (int i = 0; i < 40; ++i) {
            objects.emplace_back(get(size), size);
        }
        objects.emplace_back(get(20, 32), 20);
    }
    for (const auto& [object, size] : objects) {
        heap_.free(object, size);
    }
    const std::uint64_t kept = pages();
    EXPECT_GT(kept, 5U);
    EXPECT_EQ(heap_.reclaim(1), 1U);
    EXPECT_EQ(heap_.reclaim(1000), kept - 2);
    EXPECT_EQ(wiring::fake_page_allocator.live_blocks(), 1U) << "the one with a live object";
    EXPECT_EQ(heap_.reclaim(1000), 0U);
    heap_.free(live, 64);
    EXPECT_EQ(heap_.reclaim(1000), 1U);
}

TEST_F(SlabTest, ServesWhatWasFreedLastFirst) {
    for (std::size_t c = 0; c < k_ordinary_classes; ++c) {
        const std::size_t size = k_size_classes[c].size;
        void* first = get(size);
        void* second = get(size);
        heap_.free(first, size);
        heap_.free(second, size);
        EXPECT_EQ(get(size), second) << size;
        EXPECT_EQ(get(size), first) << size;
    }
}

TEST_F(SlabTest, StopsAtASecondFreeOfWhatLiesInAMagazineOrInASlab) {
    std::vector<void*> objects;
    for (int i = 0; i < 60; ++i) {
        objects.push_back(get(64));
    }
    for (void* object : objects) {
        heap_.free(object, 64);
    }
    for (void* object : objects) {
        EXPECT_THROW(heap_.free(object, 64), debug::PanicCalled);
    }
    EXPECT_EQ(heap_.stats().live_objects, 0U);
}

TEST_F(SlabTest, UsesAPartlyFilledPageBeforeAnother) {
    std::vector<void*> objects;
    for (int i = 0; i < 63 * 2; ++i) {
        objects.push_back(get(64));
    }
    heap_.free(objects[5], 64);
    EXPECT_EQ(heap_.reclaim(1), 0U) << "only the magazine has anything";
    EXPECT_EQ(get(64), objects[5]);
    EXPECT_EQ(pages(), 2U);
}

TEST_F(SlabTest, AlignsSmallObjectsWithinAPage) {
    std::vector<void*> objects;
    for (int i = 0; i < 15; ++i) {
        objects.push_back(get(200, 256));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(objects.back()) % 256, 0U);
    }
    EXPECT_EQ(pages(), 1U);
    for (void* object : objects) {
        heap_.free(object, 200);
    }
}

TEST_F(SlabTest, GivesLargeObjectsWholePages) {
    void* object = get(3 * k_page_size, 16);
    EXPECT_EQ(pages(), 4U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(object) % k_page_size, 0U);
    heap_.free(object, 3 * k_page_size);
    EXPECT_EQ(pages(), 0U);
    EXPECT_EQ(wiring::fake_page_allocator.live_blocks(), 0U);
}

TEST_F(SlabTest, ServesItsLargestSize) {
    void* object = get(SlabHeap::max_size, 16);
    EXPECT_EQ(heap_.stats().live_bytes, SlabHeap::max_size);
    heap_.free(object, SlabHeap::max_size);
}

TEST_F(SlabTest, HasNothingWithoutPages) {
    wiring::fake_page_allocator.fail_after(0);
    for (const std::size_t size : {16, 100, 10'000}) {
        const Result<void*> pointer = heap_.allocate(size, 8);
        ASSERT_FALSE(pointer);
        EXPECT_EQ(pointer.error(), Errno::nomem);
    }
    EXPECT_EQ(heap_.stats().live_objects, 0U);
    EXPECT_EQ(heap_.stats().backing_bytes, 0U);
    wiring::fake_page_allocator.fail_after(1);
    EXPECT_TRUE(heap_.allocate(16, 8)) << "a failure is not remembered";
}

// Freed memory is not the heap's to write or to trust: what it held stays, and what is written there later does no
// harm.
TEST_F(SlabTest, DoesNotReadOrWriteFreeObjects) {
    void* keeper = get(48);
    void* object = get(48);
    std::memset(object, 0x5a, 48);
    heap_.free(object, 48);
    for (int i = 0; i < 48; ++i) {
        EXPECT_EQ(static_cast<unsigned char*>(object)[i], 0x5a);
    }
    std::memset(object, 0xff, 48);
    EXPECT_EQ(get(48), object);
    EXPECT_NE(get(48), object);
    heap_.free(keeper, 48);
}

TEST_F(SlabTest, StopsAtASecondFreeOfAnyObject) {
    std::vector<void*> objects;
    for (std::size_t i = 0; i < k_size_classes[0].count; ++i) {
        objects.push_back(get(16));
    }
    void* keeper = objects.back();
    objects.pop_back();
    for (void* object : objects) {
        heap_.free(object, 16);
        EXPECT_THROW(heap_.free(object, 16), debug::PanicCalled);
    }
    EXPECT_EQ(heap_.stats().live_objects, 1U);
    heap_.free(keeper, 16);
}

TEST_F(SlabTest, StopsAtAPointerThatIsNoObjectsStart) {
    auto* object = static_cast<std::byte*>(get(128));
    auto* page = object - reinterpret_cast<std::uintptr_t>(object) % k_page_size;
    for (const std::size_t offset : {8, 16, 48}) {
        EXPECT_THROW(heap_.free(page + offset, 128), debug::PanicCalled) << "in the header";
    }
    EXPECT_THROW(heap_.free(object + 16, 128), debug::PanicCalled);
    EXPECT_THROW(heap_.free(page + 64 + 31 * 128, 128), debug::PanicCalled) << "behind the last object";
    EXPECT_THROW(heap_.free(page + 64 + 128, 128), debug::PanicCalled) << "an object that nobody has";
}

TEST_F(SlabTest, StopsAtTheCopyOfASlab) {
    std::vector<void*> objects;
    for (int i = 0; i < 4; ++i) {
        objects.push_back(get(2016));
    }
    // The copy of a slab is no slab: its tag names another page.
    alignas(4096) static std::byte copy[4096];
    auto* page = static_cast<std::byte*>(objects[0]) - reinterpret_cast<std::uintptr_t>(objects[0]) % k_page_size;
    std::memcpy(copy, page, sizeof copy);
    EXPECT_THROW(heap_.free(copy + 64, 2016), debug::PanicCalled);
    for (void* object : objects) {
        heap_.free(object, 2016);
    }
}

TEST_F(SlabTest, SaysWhatWasWrongWithAFree) {
    void* object = get(100);
    try {
        heap_.free(object, 1000);
        FAIL();
    } catch (const debug::PanicCalled& panic) {
        EXPECT_NE(std::string_view{panic.what()}.find("another size"), std::string_view::npos);
        EXPECT_NE(std::string_view{panic.what()}.find("1000 bytes"), std::string_view::npos);
    }
}

}  // namespace
}  // namespace phx::memory
