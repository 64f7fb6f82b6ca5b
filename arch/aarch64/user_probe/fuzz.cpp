// Instructions at random, one at a time: whatever it is, the program gets a signal or goes on, and the kernel lives. In their page each has BRK
// around it, and is followed by the next when it ends in a signal.
#include <algorithm>

#include <arch/page.hpp>
#include <params/user_probe.hpp>
#include <ports/user_probe.hpp>

#include "user_probe.hpp"

namespace phx::arch {
namespace {

constexpr std::uint64_t k_place = UserProbe::k_fuzz_page + 2048;
constexpr std::uint32_t k_brk = 0xd420'0000;
constexpr std::uint32_t k_system = 0xd500'0000;  // hints, barriers, MSR, MRS, SYS

[[nodiscard]] std::uint64_t random(std::uint64_t& state) {  // Marsaglia, "Xorshift RNGs", 2003
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

[[nodiscard]] constexpr std::uint32_t field(std::uint32_t word, unsigned shift, unsigned bits) { return word >> shift & ((1U << bits) - 1); }

// A branch to itself would never end (Arm ARM DDI 0487, C4.1.3).
[[nodiscard]] constexpr bool is_endless(std::uint32_t word) {
    const bool immediate = (word & 0x7c00'0000) == 0x1400'0000 && field(word, 0, 26) == 0;
    const bool conditional = (word & 0xfe00'0000) == 0x5400'0000 && field(word, 5, 19) == 0;
    const bool compare = (word & 0x7e00'0000) == 0x3400'0000 && field(word, 5, 19) == 0;
    const bool test = (word & 0x7e00'0000) == 0x3600'0000 && field(word, 5, 14) == 0;
    return immediate || conditional || compare || test;
}

// Advanced SIMD with two registers of half precision: QEMU 7.2 ends itself at opcodes there that do not exist (disas_simd_two_reg_misc_fp16).
[[nodiscard]] constexpr bool is_end_of_qemu(std::uint32_t word) {
    return (word & 0x9f7e'0c00) == 0x0e78'0800 || (word & 0xdf7e'0c00) == 0x5e78'0800;
}

// A half of them where the privileged ones are.
[[nodiscard]] std::uint32_t next_word(std::uint64_t& state) {
    for (;;) {
        const std::uint64_t value = random(state);
        const auto word = static_cast<std::uint32_t>(value);
        const std::uint32_t made = (value >> 40 & 1) != 0 ? k_system | (word & 0x003f'ffff) : word;
        if (!is_endless(made) && !is_end_of_qemu(made)) {
            return made;
        }
    }
}

}  // namespace

void UserProbe::Fuzz::begin(const UserFrame& frame, std::uint64_t seed) {
    left = params::user_probe::fuzz + 1;
    state = seed * 0x9e37'79b9'7f4a'7c15;
    before = frame;
}

bool UserProbe::Fuzz::next(UserFrame& frame, vm::AddressSpace& space) {
    if (left == 0) {
        return false;
    }
    if (--left == 0) {
        frame = before;
        frame.x[0] = 0;
        return true;
    }
    frame = {};
    frame.x[0] = 0x20'0000;
    frame.x[1] = 0x20'0100;
    frame.x[8] = ~std::uint64_t{0};  // no system call
    frame.sp = before.sp;
    frame.pc = k_place;
    frame.call = -1;
    Frame page;
    {
        const SpinGuard guard{space.lock};
        auto* entry = ports::user_probe::tables().find(space.table, UserAddr{k_fuzz_page});
        if (entry == nullptr || entry->is_empty()) {
            return true;  // it comes with the fault, and then a zero, which is undefined
        }
        page = entry->get().frame;
    }
    auto* words = reinterpret_cast<std::uint32_t*>(ports::user_probe::map().to_virtual(page.address()));
    if (words[0] != k_brk) {
        std::fill_n(words, k_page_size / sizeof(*words), k_brk);
    }
    words[(k_place - k_fuzz_page) / sizeof(*words)] = next_word(state);
    sync_instructions(words);
    return true;
}

}  // namespace phx::arch
