#include <debug/profiler/profiler.hpp>

#include <arch/cpu.hpp>
#include <arch/image.hpp>
#include <arch/interrupted.hpp>
#include <debug/interrupted/interrupted.hpp>
#include <debug/recording/recording.hpp>
#include <ports/profiler.hpp>

using Samples = phx::debug::Recording<phx::debug::Sample, phx::params::profiler::samples>;
extern "C" [[gnu::used]] constinit Samples phx_samples{};
extern "C" [[gnu::used, gnu::retain]] constinit const phx::debug::RecordingHeader phx_samples_header = phx_samples.describe();

namespace phx::debug {
namespace {

[[nodiscard]] std::uint32_t from_image(std::uint64_t address) {
    return static_cast<std::uint32_t>(address - arch::image_start().value());
}

// The stack of this CPU's thread. That of the thread on which the kernel booted is the boot stack.
[[nodiscard]] StackRange describe_thread(Sample& sample) {
    sample.thread = 0;
    sample.flags = 0;
    sample.name = {};
    if (ports::profiler::threads() != nullptr) {
        const task::Thread& thread = task::current();
        sample.thread = thread.id;
        sample.flags = thread.idle ? Sample::k_idle : 0;
        thread.name().copy(sample.name.data(), sample.name.size() - 1);
        if (thread.stack_top > thread.stack_bottom) {
            return {thread.stack_bottom, thread.stack_top};
        }
    }
    return {arch::boot_stack().begin, arch::boot_stack().end};
}

}  // namespace

Result<void> Profiler::init() {
    return init_cpu();
}

Result<void> Profiler::init_cpu() {
    tickers_.local().arm(ports::profiler::clock().now());
    return {};
}

// Varied, or a load that works at a multiple of the period would always be seen at the same place (Marsaglia, "Xorshift RNGs", 2003).
void Profiler::Ticker::arm(Nanoseconds now) {
    constexpr std::int64_t period = params::profiler::period.count();
    constexpr std::int64_t spread = period / 4;
    if (random_ == 0) {
        random_ = 0x9e37'79b9'7f4a'7c15 + this_cpu();
    }
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    const auto jitter = static_cast<std::int64_t>(random_ % static_cast<std::uint64_t>(spread)) - spread / 2;
    ports::profiler::timers().arm(*this, now + Nanoseconds{period + jitter});
}

void Profiler::Ticker::on_expired(Nanoseconds now) {
    Sample& sample = phx_samples.next();
    const StackRange stack = describe_thread(sample);
    const std::uint64_t* const record = entry_record(arch::frame_record(), stack, arch::is_entry_code);
    sample.time = now.count();
    sample.link = record != nullptr ? from_image(arch::interrupted_link(record)) : 0;
    sample.depth = static_cast<std::uint16_t>(record != nullptr ? walk(record, stack, arch::image_start().value(), sample.calls) : 0);
    phx_samples.commit();
    arm(now);
}

}  // namespace phx::debug
