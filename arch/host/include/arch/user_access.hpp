// A program's memory of a few pages, in which a test says what each page is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace phx::arch {

namespace host {

enum class UserPage : std::uint8_t {
    none,        // nothing is mapped
    absent,      // comes as `read_write` when somebody touches it who may sleep
    read_only,
    read_write,
};

inline constexpr std::uint64_t k_user_base = 0x10'0000;
inline constexpr std::size_t k_user_page = 4096;
inline constexpr std::size_t k_user_pages = 64;

// The bytes are page aligned, so that words have the alignment that the program's addresses have.
struct UserMemory {
    alignas(k_user_page) std::array<std::byte, k_user_pages * k_user_page> bytes{};
    std::array<UserPage, k_user_pages> pages{};
    unsigned faults = 0;                  // pages brought in
    void (*on_fault)() = nullptr;         // called when one is

    // All pages present, or whatever else; the bytes 0.
    void reset(UserPage kind = UserPage::read_write) {
        bytes = {};
        pages.fill(kind);
        faults = 0;
        on_fault = nullptr;
    }
    [[nodiscard]] std::byte* at(std::uint64_t address) { return bytes.data() + (address - k_user_base); }
};
inline UserMemory user_memory{};

// The byte itself, or null: a fault.
[[nodiscard]] inline std::byte* reach_user(std::uint64_t address, bool write, bool may_sleep) {
    if (address < k_user_base || address - k_user_base >= user_memory.bytes.size()) {
        return nullptr;
    }
    UserPage& page = user_memory.pages[(address - k_user_base) / k_user_page];
    if (page == UserPage::absent && may_sleep) {
        page = UserPage::read_write;
        ++user_memory.faults;
        if (user_memory.on_fault != nullptr) {
            user_memory.on_fault();
        }
    }
    const bool reachable = page == UserPage::read_write || (page == UserPage::read_only && !write);
    return reachable ? user_memory.at(address) : nullptr;
}

// f(the program's byte, index) for each until one faults; the bytes left.
template <class F>
[[nodiscard]] std::size_t for_each_user_byte(std::uint64_t address, std::size_t size, bool write, bool may_sleep, F f) {
    for (std::size_t i = 0; i < size; ++i) {
        std::byte* byte = reach_user(address + i, write, may_sleep);
        if (byte == nullptr) {
            return size - i;
        }
        f(*byte, i);
    }
    return 0;
}

}  // namespace host

inline constexpr std::uint64_t k_user_limit = std::uint64_t{1} << 48;

struct UserWord {
    std::uint64_t value;
    std::uint64_t failed;
};

[[nodiscard]] inline std::size_t copy_from_user(void* to, std::uint64_t from, std::size_t size, bool may_sleep) {
    auto* bytes = static_cast<std::byte*>(to);
    return host::for_each_user_byte(from, size, false, may_sleep, [&](std::byte& byte, std::size_t i) { bytes[i] = byte; });
}
[[nodiscard]] inline std::size_t copy_to_user(std::uint64_t to, const void* from, std::size_t size, bool may_sleep) {
    const auto* bytes = static_cast<const std::byte*>(from);
    return host::for_each_user_byte(to, size, true, may_sleep, [&](std::byte& byte, std::size_t i) { byte = bytes[i]; });
}
[[nodiscard]] inline std::size_t clear_user(std::uint64_t to, std::size_t size, bool may_sleep) {
    return host::for_each_user_byte(to, size, true, may_sleep, [](std::byte& byte, std::size_t) { byte = std::byte{0}; });
}
[[nodiscard]] inline std::int64_t string_from_user(char* to, std::uint64_t from, std::size_t size, bool may_sleep) {
    for (std::size_t i = 0; i < size; ++i) {
        const std::byte* byte = host::reach_user(from + i, false, may_sleep);
        if (byte == nullptr) {
            return -1;
        }
        to[i] = static_cast<char>(*byte);
        if (to[i] == '\0') {
            return static_cast<std::int64_t>(i);
        }
    }
    return static_cast<std::int64_t>(size);
}

namespace host {
template <class T>
[[nodiscard]] UserWord load_user(std::uint64_t from, bool may_sleep) {
    T value{};
    const bool failed = copy_from_user(&value, from, sizeof(value), may_sleep) != 0;
    return {value, failed};
}
}  // namespace host

[[nodiscard]] inline UserWord load_user_32(std::uint64_t from, bool may_sleep) { return host::load_user<std::uint32_t>(from, may_sleep); }
[[nodiscard]] inline UserWord load_user_64(std::uint64_t from, bool may_sleep) { return host::load_user<std::uint64_t>(from, may_sleep); }
[[nodiscard]] inline bool store_user_32(std::uint64_t to, std::uint32_t value, bool may_sleep) {
    return copy_to_user(to, &value, sizeof(value), may_sleep) == 0;
}
[[nodiscard]] inline bool store_user_64(std::uint64_t to, std::uint64_t value, bool may_sleep) {
    return copy_to_user(to, &value, sizeof(value), may_sleep) == 0;
}
[[nodiscard]] inline UserWord exchange_user_32(std::uint64_t at, std::uint32_t expected, std::uint32_t wanted, bool may_sleep) {
    std::byte* word = host::reach_user(at, true, may_sleep);
    if (word == nullptr) {
        return {0, 1};
    }
    __atomic_compare_exchange_n(reinterpret_cast<std::uint32_t*>(word), &expected, wanted, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return {expected, 0};
}
[[nodiscard]] inline bool touch_user(std::uint64_t at, bool may_sleep) { return host::reach_user(at, true, may_sleep) != nullptr; }

}  // namespace phx::arch
