// Loads and stores in the running program's memory (lib/user_access.S). For vm/user_memory, which everybody else calls.
//
// The addresses lie below k_user_limit, which the caller has checked. A fault leads to UserEntry::on_kernel_fault. With `may_sleep` it brings the page
// in, if there is one; without, as in any other case, the copy ends there.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
std::size_t phx_copy_from_user(void* to, std::uint64_t from, std::size_t size, std::uint64_t may_sleep);
std::size_t phx_copy_to_user(std::uint64_t to, const void* from, std::size_t size, std::uint64_t may_sleep);
std::size_t phx_clear_user(std::uint64_t to, std::uint64_t, std::size_t size, std::uint64_t may_sleep);
std::int64_t phx_string_from_user(char* to, std::uint64_t from, std::size_t size, std::uint64_t may_sleep);
struct PhxUserWord {
    std::uint64_t value;
    std::uint64_t failed;
};
PhxUserWord phx_load_user_32(std::uint64_t from, std::uint64_t, std::uint64_t, std::uint64_t may_sleep);
PhxUserWord phx_load_user_64(std::uint64_t from, std::uint64_t, std::uint64_t, std::uint64_t may_sleep);
std::uint64_t phx_store_user_32(std::uint64_t to, std::uint64_t value, std::uint64_t, std::uint64_t may_sleep);
std::uint64_t phx_store_user_64(std::uint64_t to, std::uint64_t value, std::uint64_t, std::uint64_t may_sleep);
PhxUserWord phx_exchange_user_32(std::uint64_t at, std::uint64_t expected, std::uint64_t wanted, std::uint64_t may_sleep);
std::uint64_t phx_touch_user(std::uint64_t at, std::uint64_t, std::uint64_t, std::uint64_t may_sleep);

// Where those may fault, ascending; offsets from the field's own address.
struct PhxFixup {
    std::int32_t begin;
    std::int32_t end;
    std::int32_t landing;
};
extern const PhxFixup __phx_fixups_start[];
extern const PhxFixup __phx_fixups_end[];

// Not 0: the CPUs have PAN (FEAT_PAN). Set before the first copy.
extern std::uint32_t phx_has_pan;
}

namespace phx::arch {

// Above any program's half: an address between is not mapped, and faults.
inline constexpr std::uint64_t k_user_limit = std::uint64_t{1} << 48;

using UserWord = PhxUserWord;

// The bytes not copied.
[[nodiscard]] inline std::size_t copy_from_user(void* to, std::uint64_t from, std::size_t size, bool may_sleep) {
    return phx_copy_from_user(to, from, size, may_sleep);
}
[[nodiscard]] inline std::size_t copy_to_user(std::uint64_t to, const void* from, std::size_t size, bool may_sleep) {
    return phx_copy_to_user(to, from, size, may_sleep);
}
[[nodiscard]] inline std::size_t clear_user(std::uint64_t to, std::size_t size, bool may_sleep) { return phx_clear_user(to, 0, size, may_sleep); }
// The length of a string, without its 0; `size`: there is none in as many bytes; -1: a fault.
[[nodiscard]] inline std::int64_t string_from_user(char* to, std::uint64_t from, std::size_t size, bool may_sleep) {
    return phx_string_from_user(to, from, size, may_sleep);
}
// Single accesses if the address is aligned.
[[nodiscard]] inline UserWord load_user_32(std::uint64_t from, bool may_sleep) { return phx_load_user_32(from, 0, 0, may_sleep); }
[[nodiscard]] inline UserWord load_user_64(std::uint64_t from, bool may_sleep) { return phx_load_user_64(from, 0, 0, may_sleep); }
// True: done.
[[nodiscard]] inline bool store_user_32(std::uint64_t to, std::uint32_t value, bool may_sleep) {
    return phx_store_user_32(to, value, 0, may_sleep) == 0;
}
[[nodiscard]] inline bool store_user_64(std::uint64_t to, std::uint64_t value, bool may_sleep) {
    return phx_store_user_64(to, value, 0, may_sleep) == 0;
}
// The value before; exchanged if that is `expected`. The address is aligned.
[[nodiscard]] inline UserWord exchange_user_32(std::uint64_t at, std::uint32_t expected, std::uint32_t wanted, bool may_sleep) {
    return phx_exchange_user_32(at, expected, wanted, may_sleep);
}
// As a store that changes nothing. True: done.
[[nodiscard]] inline bool touch_user(std::uint64_t at, bool may_sleep) { return phx_touch_user(at, 0, 0, may_sleep) == 0; }

}  // namespace phx::arch
