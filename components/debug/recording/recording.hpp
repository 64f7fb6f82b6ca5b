// The last records of each CPU, for tools that read the guest's memory: tools/phoenix_tools/recording.py knows this layout.
//
// Two objects with external names, so that tools find them and the linker keeps what only tools read:
//
//   extern "C" [[gnu::used]] constinit Recording<Sample, 1024> phx_samples{};
//   extern "C" [[gnu::used, gnu::retain]] constinit const RecordingHeader phx_samples_header = phx_samples.describe();
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <sync/per_cpu.hpp>

namespace phx::debug {

inline constexpr std::uint32_t k_recording_magic = 0x5243'4850;  // "PHCR"

struct RecordingHeader {
    std::uint32_t magic;
    std::uint32_t cpus;
    std::uint32_t record_bytes;
    std::uint32_t records;    // of each CPU
    std::uint64_t ring_bytes;  // from one CPU's ring to the next
    const void* rings;
};

template <class Record, std::size_t N>
class Recording {
public:
    static_assert(std::is_trivially_copyable_v<Record>);

    struct alignas(k_cache_line) Ring {
        std::atomic<std::uint64_t> written{0};  // since boot; number n lies at n modulo N
        std::atomic<std::uint64_t> cleared{0};  // those before do not count
        alignas(16) std::array<Record, N> records;
    };

    // Room for one more of this CPU's, in place of the oldest, until commit(). Interrupts masked from here to there.
    [[nodiscard]] Record& next() {
        Ring& ring = own();
        return ring.records[ring.written.load(std::memory_order_relaxed) % N];
    }
    void commit() {
        Ring& ring = own();
        ring.written.store(ring.written.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    // Any context, for all CPUs. A record that is being written may survive.
    void clear() {
        for (Ring& ring : rings_) {
            ring.cleared.store(ring.written.load(std::memory_order_relaxed), std::memory_order_relaxed);
        }
    }
    [[nodiscard]] const Ring& ring(unsigned cpu) const { return rings_[cpu]; }
    [[nodiscard]] std::uint64_t kept(unsigned cpu) const {
        const std::uint64_t since = rings_[cpu].written.load(std::memory_order_relaxed) - rings_[cpu].cleared.load(std::memory_order_relaxed);
        return since < N ? since : N;
    }

    [[nodiscard]] constexpr RecordingHeader describe() const {
        return {k_recording_magic, k_cpus, sizeof(Record), N, sizeof(Ring), &rings_};
    }

private:
    static constexpr unsigned k_cpus = PerCpu<int>::count;

    [[nodiscard]] Ring& own() { return rings_[k_cpus == 1 ? 0 : this_cpu()]; }

    std::array<Ring, k_cpus> rings_{};
};

}  // namespace phx::debug
