// The last trace events of each CPU. This header is <types/trace_sink.hpp>, too, on which everything with trace points rests: so it uses little.
#pragma once

#include <atomic>
#include <cstdint>

#include <base/result.hpp>
#include <debug/interfaces/trace_event.hpp>

namespace phx::debug {

class TraceRing {
public:
    constexpr TraceRing() = default;

    Result<void> init();

    // TraceSink
    static constexpr bool present = true;
    [[nodiscard]] static bool is_on() { return on_.load(std::memory_order_relaxed); }
    [[gnu::cold, gnu::noinline]] static void record(const trace::Event& event, const trace::Arguments& arguments);
    static void set_on(bool on) { on_.store(on, std::memory_order_relaxed); }
    static void clear();
    [[nodiscard]] static std::uint64_t recorded();

private:
    static constinit std::atomic<bool> on_;
};

}  // namespace phx::debug
