#include <task/exec/elf.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

#include <linux/mman.h>
#include <base/types.hpp>

namespace phx::task {
namespace {

constexpr std::uint64_t k_page_mask = k_page_size - 1;
constexpr std::uint64_t k_most_interpreter = 4096;  // PATH_MAX

Result<void> check_load(const Elf64_Phdr& segment, std::uint64_t user_size) {
    const bool is_outside = segment.p_memsz > user_size || segment.p_vaddr > user_size - segment.p_memsz;
    const bool is_crooked = ((segment.p_vaddr ^ segment.p_offset) & k_page_mask) != 0 && segment.p_filesz != 0;
    const bool wraps = segment.p_offset > INT64_MAX - user_size;
    if (is_outside || is_crooked || wraps || segment.p_filesz > segment.p_memsz) {
        return Errno::inval;
    }
    return {};
}

void note_load(ElfLayout& layout, const Elf64_Phdr& segment) {
    const std::uint64_t file_end = segment.p_vaddr + segment.p_filesz;
    layout.begin = std::min(layout.begin, align_down(segment.p_vaddr, k_page_size));
    layout.end = std::max<std::uint64_t>(layout.end, segment.p_vaddr + segment.p_memsz);
    // Linux ignores one that is no power of two, and so may we.
    if (std::has_single_bit(segment.p_align)) {
        layout.alignment = std::max<std::uint64_t>(layout.alignment, segment.p_align);
    }
    layout.code_begin = std::min<std::uint64_t>(layout.code_begin, segment.p_vaddr);
    layout.data_begin = std::max<std::uint64_t>(layout.data_begin, segment.p_vaddr);
    if ((segment.p_flags & PF_X) != 0) {
        layout.code_end = std::max(layout.code_end, file_end);
    }
    layout.data_end = std::max(layout.data_end, file_end);
}

}  // namespace

Result<ElfHeader> read_elf_header(std::span<const std::byte> head) {
    if (head.size() < sizeof(Elf64_Ehdr)) {
        return Errno::noexec;
    }
    Elf64_Ehdr header;
    std::memcpy(&header, head.data(), sizeof(header));
    const bool is_elf = std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
                        header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_machine == EM_AARCH64;
    if (!is_elf || (header.e_type != ET_EXEC && header.e_type != ET_DYN) || header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
        header.e_phnum > k_most_table_bytes / sizeof(Elf64_Phdr) || header.e_phoff > INT64_MAX - k_most_table_bytes) {
        return Errno::noexec;
    }
    return ElfHeader{.is_position_independent = header.e_type == ET_DYN,
                     .entry = header.e_entry,
                     .table_offset = header.e_phoff,
                     .count = header.e_phnum};
}

Result<ElfLayout> check_elf_segments(const ElfHeader& header, std::span<const Elf64_Phdr> segments, std::uint64_t user_size) {
    ElfLayout layout;
    for (const Elf64_Phdr& segment : segments) {
        switch (segment.p_type) {
        case PT_LOAD:
            TRY(check_load(segment, user_size));
            if (segment.p_memsz == 0) {
                break;
            }
            note_load(layout, segment);
            if (header.table_offset >= segment.p_offset && header.table_offset - segment.p_offset < segment.p_filesz) {
                layout.table_at = segment.p_vaddr + (header.table_offset - segment.p_offset);
            }
            break;
        case PT_INTERP:
            if (layout.interpreter_size != 0) {
                break;  // the first counts
            }
            if (segment.p_filesz < 2 || segment.p_filesz > k_most_interpreter || segment.p_offset > INT64_MAX - k_most_interpreter) {
                return Errno::noexec;
            }
            layout.interpreter_offset = segment.p_offset;
            layout.interpreter_size = segment.p_filesz;
            break;
        case PT_GNU_STACK:
            layout.executable_stack = (segment.p_flags & PF_X) != 0;
            break;
        default:
            break;
        }
    }
    if (layout.end == 0) {
        return Errno::noexec;
    }
    return layout;
}

ElfPart elf_part(const Elf64_Phdr& segment) {
    ElfPart part;
    const std::uint64_t in_page = segment.p_vaddr & k_page_mask;
    const std::uint64_t file_end = segment.p_vaddr + segment.p_filesz;
    const std::uint64_t memory_end = align_up(segment.p_vaddr + segment.p_memsz, k_page_size);
    part.begin = segment.p_vaddr - in_page;
    part.protection = ((segment.p_flags & PF_R) != 0 ? PROT_READ : 0U) | ((segment.p_flags & PF_W) != 0 ? PROT_WRITE : 0U) |
                      ((segment.p_flags & PF_X) != 0 ? PROT_EXEC : 0U);
    part.anonymous = part.begin;
    if (segment.p_filesz != 0) {
        part.offset = segment.p_offset - in_page;
        part.file_size = segment.p_filesz + in_page;
        part.anonymous = align_up(file_end, k_page_size);
    }
    part.zero_begin = part.anonymous;
    if (segment.p_filesz != 0 && segment.p_memsz > segment.p_filesz) {
        part.zero_begin = file_end;
    }
    part.anonymous_size = memory_end > part.anonymous ? memory_end - part.anonymous : 0;
    return part;
}

}  // namespace phx::task
