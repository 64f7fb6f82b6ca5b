// RAM at chosen physical addresses, backed by the host. Gigabytes cost nothing until they are touched, and how much was
// touched can be asked. An access outside of the ranges ends the test program.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <base/types.hpp>
#include <memory/interfaces/fake_kernel_map/fake_kernel_map.hpp>

namespace phx::memory {

// `map` translates for as long as this lives. Ranges are ascending and page aligned.
class SimulatedRam {
public:
    SimulatedRam(FakeKernelMap& map, std::vector<PhysRange> ranges) : map_{map}, ranges_{std::move(ranges)} {
        size_ = ranges_.back().end() - ranges_.front().base;
        void* memory = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) {
            std::abort();
        }
        memory_ = static_cast<std::byte*>(memory);
        map_.set_distance(reinterpret_cast<std::uintptr_t>(memory_) - ranges_.front().base.value());
        for (const PhysRange& range : ranges_) {
            if (mprotect(map_.to_virtual(range.base), range.size, PROT_READ | PROT_WRITE) != 0) {
                std::abort();
            }
        }
    }
    ~SimulatedRam() {
        munmap(memory_, size_);
        map_.reset();
    }
    SimulatedRam(const SimulatedRam&) = delete;
    SimulatedRam& operator=(const SimulatedRam&) = delete;

    // Overwrites all of it, as an earlier kernel may have.
    void fill(std::uint8_t byte) {
        for (const PhysRange& range : ranges_) {
            std::memset(map_.to_virtual(range.base), byte, range.size);
        }
    }
    [[nodiscard]] const std::vector<PhysRange>& ranges() const { return ranges_; }
    [[nodiscard]] bool contains(PhysRange part) const {
        return std::any_of(ranges_.begin(), ranges_.end(), [part](const PhysRange& r) { return r.contains(part); });
    }
    // Host pages that were touched, in bytes.
    [[nodiscard]] std::uint64_t touched_bytes() const {
        std::vector<unsigned char> resident(size_ / k_page_size + 1);
        if (mincore(memory_, size_, resident.data()) != 0) {
            std::abort();
        }
        const auto pages =
            std::count_if(resident.begin(), resident.end(), [](unsigned char c) { return (c & 1) != 0; });
        return static_cast<std::uint64_t>(pages) * k_page_size;
    }

private:
    FakeKernelMap& map_;
    std::vector<PhysRange> ranges_;
    std::byte* memory_ = nullptr;
    std::uint64_t size_ = 0;
};

}  // namespace phx::memory
