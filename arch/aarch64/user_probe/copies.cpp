// The kernel's copies of a program's memory, in every length and at the edges of pages that are there and not. From a call, so the program's memory
// is in place.
#include <cstring>

#include <base/panic.hpp>
#include <vm/user_memory/user_memory.hpp>

#include "user_probe.hpp"

namespace phx::arch {
namespace {

constexpr UserAddr k_data{0x21'0000};
constexpr UserAddr k_data_end{0x24'0000};      // nothing is mapped from here on
constexpr UserAddr k_constant{0x50'0000};
constexpr std::size_t k_buffer = 512;
constexpr std::size_t k_large = 64 * KiB;

struct Buffers {
    std::array<std::uint8_t, k_buffer> from{};
    std::array<std::uint8_t, k_buffer> to{};
    std::array<char, 128> text{};
};

[[nodiscard]] std::uint64_t counter() {
    std::uint64_t value;
    asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value) : : "memory");
    return value;
}

// Every length, at every place of a word, there and back; what lies around is untouched.
[[nodiscard]] int check_lengths(Buffers& b) {
    for (std::size_t i = 0; i < k_buffer; ++i) {
        b.from[i] = static_cast<std::uint8_t>(i * 37 + 11);
    }
    for (std::size_t size = 0; size <= 200; ++size) {
        const std::size_t shift = size % 9;
        const UserAddr at = k_data + 0x1000 - 100 + shift;  // over the edge of a page
        if (vm::clear_some(at - 8, size + 16) != size + 16 || !vm::copy_out(at, b.from.data() + shift, size)) {
            return 1;
        }
        b.to.fill(0xee);
        if (!vm::copy_in(b.to.data() + 16, at - 8, size + 16)) {
            return 2;
        }
        for (std::size_t i = 0; i < size + 16; ++i) {
            const bool inside = i >= 8 && i < size + 8;
            if (b.to[16 + i] != (inside ? b.from[shift + i - 8] : 0)) {
                return 3;
            }
        }
        if (b.to[15] != 0xee || b.to[16 + size + 16] != 0xee) {
            return 4;
        }
    }
    for (const std::size_t size : {std::size_t{255}, std::size_t{256}, std::size_t{300}, std::size_t{4096}, std::size_t{9000}}) {
        for (std::size_t shift = 0; shift < 70; shift += 23) {
            const UserAddr at = k_data + 0x4000 + shift;
            const std::uint64_t mark = ~std::uint64_t{0};
            if (!vm::copy_out(at - 8, &mark, 8) || !vm::copy_out(at + size, &mark, 8) || vm::clear_some(at, size) != size) {
                return 5;
            }
            if (*vm::read(UserPtr<std::uint64_t>{at.value() - 8}) != mark || *vm::read(UserPtr<std::uint64_t>{at.value() + size}) != mark ||
                *vm::read(UserPtr<std::uint64_t>{at.value()}) != 0 || *vm::read(UserPtr<std::uint64_t>{at.value() + size - 8}) != 0) {
                return 6;
            }
        }
    }
    return 0;
}

// At the end of what is mapped, the bytes before it are copied, and counted exactly.
[[nodiscard]] int check_edges(Buffers& b) {
    for (std::size_t there = 0; there <= 150; ++there) {
        const UserAddr at = k_data_end - there;
        for (const std::size_t size : {there + 1, there + 7, there + 64, there + 250}) {
            b.to.fill(0xee);
            if (vm::copy_out_some(at, b.from.data(), size) != there) {
                return 11;
            }
            if (vm::copy_in_some(b.to.data(), at, size) != there || std::memcmp(b.from.data(), b.to.data(), there) != 0) {
                return 12;
            }
            if (vm::copy_in(b.to.data(), at, size) || vm::copy_out(at, b.from.data(), size)) {
                return 13;
            }
            if (vm::clear_some(at, size) != there || vm::copy_in_now(b.to.data(), at, size) != there) {
                return 14;
            }
            for (std::size_t i = 0; i < there; ++i) {
                if (b.to[i] != 0) {
                    return 15;
                }
            }
            if (vm::copy_out_now(at, b.from.data(), size) != there) {
                return 16;
            }
        }
    }
    return 0;
}

[[nodiscard]] int check_strings(Buffers& b) {
    for (std::size_t length = 0; length < 60; ++length) {
        for (const std::uint64_t back : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{7}, std::uint64_t{8}, std::uint64_t{40}}) {
            const UserAddr at = k_data_end - (length + 1 + back);
            b.text.fill('x');
            b.text[length] = '\0';
            if (!vm::copy_out(at, b.text.data(), length + 1)) {
                return 21;
            }
            b.text.fill('?');
            const UserPtr<const char> from{at.value()};
            const auto read = vm::string_in(std::span{b.text}.first(length + 1), from);
            if (!read || read->size() != length || b.text[length + 1] != '?') {
                return 22;
            }
            if (length > 0 && vm::string_in(std::span{b.text}.first(length), from).error() != Errno::nametoolong) {
                return 23;
            }
            if (!vm::string_in(b.text, from)) {
                return 24;
            }
        }
        const UserAddr open = k_data_end - (length + 1);
        b.text.fill('y');
        if (!vm::copy_out(open, b.text.data(), length + 1) || vm::string_in(b.text, UserPtr<const char>{open.value()}).error() != Errno::fault) {
            return 25;
        }
    }
    return 0;
}

// A fresh page of the data: copies that may not sleep leave it, others bring it in.
[[nodiscard]] int check_now(Buffers& b) {
    const UserPtr<std::uint32_t> fresh{0x23'0000};
    if (vm::copy_in_now(b.to.data(), fresh.address(), 4) != 0 || vm::load_word_now(fresh).error() != Errno::fault ||
        vm::exchange_word_now(fresh, 0, 1).error() != Errno::fault || vm::clear_now(fresh.address(), 300) != 0) {
        return 31;
    }
    {
        const InterruptGuard guard;  // whoever calls with interrupts masked cannot sleep, whatever it says
        if (arch::copy_from_user(b.to.data(), fresh.address().value(), 4, true) != 4) {
            return 32;
        }
    }
    if (!vm::bring_in(fresh.address(), true) || *vm::load_word_now(fresh) != 0 || *vm::exchange_word_now(fresh, 0, 9) != 0 ||
        *vm::exchange_word(fresh, 0, 1) != 9 || *vm::read(fresh) != 9) {
        return 33;
    }
    if (vm::load_word(UserPtr<std::uint32_t>{0x23'0002}).error() != Errno::inval) {
        return 34;
    }
    const UserPtr<std::uint32_t> constant{k_constant.value()};
    if (!vm::bring_in(k_constant, false) || vm::bring_in(k_constant, true) || vm::exchange_word(constant, 0, 1).error() != Errno::fault ||
        vm::write(constant, 1).error() != Errno::fault || *vm::load_word(constant) != 0) {
        return 35;
    }
    if (vm::copy_out_some(k_constant, b.from.data(), 100) != 0 || vm::clear_some(k_constant, 300) != 0) {
        return 36;
    }
    const UserPtr<std::uint64_t> word{0x23'0008};
    if (!vm::write(word, 0x1122'3344'5566'7788) || *vm::read(word) != 0x1122'3344'5566'7788 || *vm::read(word.as<std::uint16_t>()) != 0x7788) {
        return 37;
    }
    return 0;
}

// The kernel's own, which the compiler calls (arch/aarch64/lib): every length, at every place of a word, over itself in both directions.
[[nodiscard]] int check_kernel(Buffers& b) {
    for (std::size_t size = 0; size <= 300; ++size) {
        const std::size_t shift = size % 9;
        b.to.fill(0xee);
        memset(b.to.data() + 16 + shift, 0x5a, size);
        for (std::size_t i = 0; i < k_buffer; ++i) {
            if (b.to[i] != (i >= 16 + shift && i < 16 + shift + size ? 0x5a : 0xee)) {
                return 41;
            }
        }
        memcpy(b.to.data() + 16, b.from.data() + shift, size);
        if (b.to[15] != 0xee || memcmp(b.to.data() + 16, b.from.data() + shift, size) != 0 || (b.to[16 + shift + size] != 0xee)) {
            return 42;
        }
        for (const int distance : {-64, -17, -8, -1, 0, 1, 8, 17, 64}) {
            b.to = b.from;
            memmove(b.to.data() + 80 + distance, b.to.data() + 80, size);
            for (std::size_t i = 0; i < k_buffer; ++i) {
                const bool moved = i >= static_cast<std::size_t>(80 + distance) && i < 80 + distance + size;
                if (b.to[i] != b.from[moved ? i - distance : i]) {
                    return 43;
                }
            }
        }
    }
    return 0;
}

}  // namespace

int check_copies() {
    Buffers buffers;
    for (auto* check : {&check_lengths, &check_edges, &check_strings, &check_now, &check_kernel}) {
        if (const int failed = check(buffers); failed != 0) {
            return failed;
        }
    }
    return 0;
}

// 64 KiB of the image's own text are as good as any.
std::uint64_t measure_copy_out() {
    ASSERT(vm::clear_some(k_data, k_large) == k_large);
    const auto* from = reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(&measure_copy_out) & ~std::uintptr_t{0xffff});
    const std::uint64_t begin = counter();
    ASSERT(vm::copy_out(k_data, from, k_large));
    return counter() - begin;
}

std::uint64_t measure_copy_in() {
    static constinit std::array<std::byte, k_large> buffer{};
    const std::uint64_t begin = counter();
    ASSERT(vm::copy_in(buffer.data(), k_data, k_large));
    return counter() - begin;
}

}  // namespace phx::arch
