// What execve(2) believes of an ELF file (System V ABI; ELF for the Arm 64-bit Architecture, ARM IHI 0056), and what it checks before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <base/result.hpp>
#include <linux/elf.h>

namespace phx::task {

// Of the file's first bytes.
struct ElfHeader {
    bool is_position_independent = false;  // ET_DYN
    std::uint64_t entry = 0;
    std::uint64_t table_offset = 0;        // program headers, in the file
    std::uint32_t count = 0;               // of them, at least one
};
inline constexpr std::size_t k_most_table_bytes = 65536;

// ENOEXEC: no program for this processor.
Result<ElfHeader> read_elf_header(std::span<const std::byte> head);

// What its program headers say of it as a whole. Addresses as in the file: where it lies is added to them.
struct ElfLayout {
    std::uint64_t begin = ~std::uint64_t{0};  // of all segments, whole pages
    std::uint64_t end = 0;                    // the highest byte, and one
    std::uint64_t alignment = 0;              // the largest; a power of two, or 0: of no interest
    std::uint64_t code_begin = ~std::uint64_t{0};
    std::uint64_t code_end = 0;
    std::uint64_t data_begin = 0;
    std::uint64_t data_end = 0;               // of what comes from the file
    std::uint64_t table_at = 0;               // where the program headers are in memory; 0: nowhere
    std::uint64_t interpreter_offset = 0;     // of its name in the file
    std::uint64_t interpreter_size = 0;       // with the 0 at its end; 0: there is none
    bool executable_stack = false;
};

// Segments lie within `user_size`, with the same place in their page in memory and file. EINVAL: they do not, or say nonsense; ENOEXEC: there are
// none, or the interpreter has no name.
Result<ElfLayout> check_elf_segments(const ElfHeader& header, std::span<const Elf64_Phdr> segments, std::uint64_t user_size);

// One segment, cut into what comes from the file, and what is zero.
struct ElfPart {
    std::uint64_t begin = 0;        // page aligned; `offset` follows it
    std::uint64_t offset = 0;       // in the file
    std::uint64_t file_size = 0;    // bytes from the file, from `begin` on; 0: none
    std::uint64_t zero_begin = 0;   // from here to the page's end the file's bytes give way to zeros, if it is writable
    std::uint64_t anonymous = 0;    // pages from here,
    std::uint64_t anonymous_size = 0;  // that many bytes, whole pages; 0: none
    std::uint32_t protection = 0;   // PROT_*
};
// Of one that was checked.
[[nodiscard]] ElfPart elf_part(const Elf64_Phdr& segment);

}  // namespace phx::task
