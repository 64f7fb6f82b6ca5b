// What a program finds on its stack when it begins (System V ABI for AArch64, "Process stack"): argument count, pointers to arguments and environment,
// the auxiliary vector, the words themselves.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <base/result.hpp>
#include <base/user.hpp>
#include <task/exec/words.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::task {

// The auxiliary vector but for what the stack itself decides: AT_RANDOM, AT_EXECFN, AT_PLATFORM.
struct AuxiliaryVector {
    static constexpr std::size_t k_most = 24;
    struct Entry {
        std::uint64_t type = 0;
        std::uint64_t value = 0;
    };
    std::array<Entry, k_most> entries{};
    std::size_t count = 0;

    void add(std::uint64_t type, std::uint64_t value) { entries[count++] = {type, value}; }
};

struct StackContents {
    std::string_view path;        // AT_EXECFN
    const Words* before = nullptr;  // arguments: a script's interpreter and so on,
    const Words* arguments = nullptr;  // and the program's
    const Words* environment = nullptr;
    AuxiliaryVector* vector = nullptr;
    std::array<std::byte, 16> random{};
    std::uint64_t shift = 0;      // bytes left free below the words, less than a page
};

// The bytes that it takes, at most.
[[nodiscard]] std::uint64_t stack_size(const StackContents& contents);

// Writes it below `top`, into memory that is mapped there; notes in `layout` where the words are. The stack pointer. EFAULT, ENOMEM
Result<UserAddr> write_stack(vm::AddressSpace& space, UserAddr top, const StackContents& contents, vm::SpaceLayout& layout);

}  // namespace phx::task
