// Records of page frames, made where somebody needs one: 128 of them in a page, found through a table with a place for each 512 KiB of RAM.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <params/frames.hpp>
#include <sync/per_cpu.hpp>
#include <sync/per_cpu_counter.hpp>
#include <vm/interfaces/frames.hpp>

namespace phx::vm {

class FrameTable {
public:
    constexpr FrameTable() = default;

    // ENOMEM: no room for the table.
    Result<void> init();

    // Frames
    Result<Frame> allocate();
    FrameRecord* record(Frame frame) {
        FrameRecord* const chunk = chunks_[chunk_of(frame)].load(std::memory_order_acquire);
        return chunk == nullptr ? nullptr : chunk + (frame.number() - first_.number()) % k_in_chunk;
    }
    Result<FrameRecord*> make_record(Frame frame) {
        FrameRecord* const have = record(frame);
        return have != nullptr ? Result{have} : make_chunk(frame);
    }
    Result<void> share(Frame frame) {
        TRY(make_record(frame))->retain();
        return {};
    }
    bool is_shared(Frame frame) {
        const FrameRecord* const of = record(frame);
        return of != nullptr && of->more_owners.load(std::memory_order_acquire) != 0;
    }
    void release(Frame frame);
    Frame zero_page() { return zero_; }
    void count_cached(std::int64_t count) { cached_.add(count); }
    Frame next_record(Frame frame);
    std::byte* bytes(Frame frame);
    Result<void*> allocate_node(std::size_t size);
    void free_node(void* pointer, std::size_t size);
    bool make_room();
    FrameStats stats();

private:
    static constexpr std::size_t k_in_chunk = k_page_size / sizeof(FrameRecord);
    static constexpr std::uint32_t k_between_looks = 32;  // allocations of a CPU's, while there is enough
    static constexpr std::uint64_t k_reserve = params::frames::reserve / k_page_size;

    [[nodiscard]] std::size_t chunk_of(Frame frame) const { return (frame.number() - first_.number()) / k_in_chunk; }
    Result<FrameRecord*> make_chunk(Frame frame);
    Result<void> look_at_reserve(std::atomic<std::uint32_t>& left);

    Frame first_;
    std::size_t chunk_count_ = 0;
    std::atomic<FrameRecord*>* chunks_ = nullptr;
    Frame zero_;
    PerCpu<std::atomic<std::uint32_t>> looks_;  // allocations until the reserve is looked at; one that is lost does no harm
    PerCpuCounter users_;
    PerCpuCounter cached_;
    std::atomic<std::uint64_t> made_chunks_{0};
};

}  // namespace phx::vm
