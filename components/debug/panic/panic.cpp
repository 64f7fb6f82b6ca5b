#include "panic.hpp"

#include <arch/cpu.hpp>
#include <arch/image.hpp>
#include <arch/interrupts.hpp>
#include <params/panic.hpp>
#include <ports/panic.hpp>

namespace phx::debug {
namespace {

// A stack is at most this large: a frame record that lies further up belongs to something else, or to nothing.
constexpr std::uint64_t k_stack_reach = 64 * KiB;
constexpr std::uint64_t k_instruction = 4;
constexpr std::uint64_t k_affinity = 0xff'00ff'ffff;  // of MPIDR_EL1

[[nodiscard]] bool is_plausible(const std::uint64_t* record) {
    const VirtAddr at{reinterpret_cast<std::uintptr_t>(record)};
    const bool on_boot_stack = at >= arch::k_linear_base && at < arch::k_window_base;
    const bool on_threads_stack = at >= arch::k_mapping_base && at < arch::k_device_tree_base;
    return (on_boot_stack || on_threads_stack) && at.is_aligned(16);
}

}  // namespace

void PanicReport::vprint(std::string_view format, std::span<const FormatArg> args) {
    std::array<char, 256> buffer;
    ports::panic::console().write_now(vformat_to(buffer, format, args));
}

void PanicReport::begin(std::string_view reason) {
    arch::mask_interrupts();
    auto* cpus = ports::panic::cpus();
    if (cpus != nullptr) {
        std::uint64_t reporter = k_nobody;
        if (!reporter_.compare_exchange_strong(reporter, arch::mpidr()) && reporter != arch::mpidr()) {
            arch::halt();  // another CPU was first; it ends the machine
        }
    }
    if (++depth_ == 2) {
        ports::panic::console().write_now("\npanic: again, while reporting the first\n");
    }
    if (depth_ > 1) {
        end();
    }
    if (cpus != nullptr) {
        cpus->stop_others();
    }
    print("\npanic: {}\nin graph {}", reason, ports::panic::graph().graph_name());
    if (cpus != nullptr) {
        print(", on CPU {:#x}", arch::mpidr() & k_affinity);
    }
    ports::panic::console().write_now("\n");
}

void PanicReport::panic(std::string_view reason, std::source_location where) {
    begin(reason);
    print("at {}:{}\n", where.file_name(), where.line());
    backtrace(0, arch::frame_record());
    end();
}

void PanicReport::exception(std::string_view reason, std::uint64_t pc, const std::uint64_t* frame, std::string_view detail) {
    begin(reason);
    ports::panic::console().write_now(detail);
    backtrace(pc, frame);
    end();
}

// A return address may lie behind its function's end, where the call is the last instruction: `into` bytes before it is the call.
void PanicReport::line(std::uint64_t pc, std::uint64_t into) {
    if (auto* symbols = ports::panic::symbols()) {
        if (const auto symbol = symbols->find(VirtAddr{pc - into})) {
            print("  {:016x} {}+{:#x}\n", pc, symbol->name, symbol->offset + into);
            return;
        }
    }
    print("  {:016x}\n", pc);
}

void PanicReport::backtrace(std::uint64_t pc, const std::uint64_t* frame) {
    ports::panic::console().write_now("backtrace:\n");
    if (pc != 0) {
        line(pc, 0);
    }
    for (int i = 0; i < params::panic::depth && is_plausible(frame); ++i) {
        const auto* next = reinterpret_cast<const std::uint64_t*>(frame[0]);
        const std::uint64_t from = frame[1];
        if (from != 0 && from != pc) {
            line(from, k_instruction);
        }
        const auto distance = reinterpret_cast<std::uintptr_t>(next) - reinterpret_cast<std::uintptr_t>(frame);
        if (i > 0 && (distance == 0 || distance > k_stack_reach)) {  // the first step may leave the stack that reports overflows
            break;
        }
        frame = next;
    }
}

void PanicReport::end() {
    ports::panic::power().off(static_cast<int>(params::panic::status));
}

}  // namespace phx::debug
