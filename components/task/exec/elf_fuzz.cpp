// Whatever a file says, the parser's answers are within the program's half and the file's bounds.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <base/types.hpp>
#include <task/exec/elf.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace phx;
    using namespace phx::task;
    constexpr std::uint64_t k_user_size = std::uint64_t{1} << 39;
    const std::span<const std::byte> file{reinterpret_cast<const std::byte*>(data), size};
    const Result<ElfHeader> header = read_elf_header(file);
    if (!header) {
        return 0;
    }
    const std::size_t bytes = header->count * sizeof(Elf64_Phdr);
    if (bytes > k_most_table_bytes) {
        __builtin_trap();
    }
    if (header->table_offset > size || size - header->table_offset < bytes) {
        return 0;
    }
    std::vector<Elf64_Phdr> segments(header->count);
    std::memcpy(segments.data(), data + header->table_offset, bytes);
    const Result<ElfLayout> layout = check_elf_segments(*header, segments, k_user_size);
    if (!layout) {
        return 0;
    }
    if (layout->begin >= layout->end || layout->end > k_user_size || layout->interpreter_size > 4096 || layout->interpreter_size == 1) {
        __builtin_trap();
    }
    for (const Elf64_Phdr& segment : segments) {
        if (segment.p_type != PT_LOAD) {
            continue;
        }
        const ElfPart part = elf_part(segment);
        const std::uint64_t end = align_up(segment.p_vaddr + segment.p_memsz, k_page_size);
        if (part.begin % k_page_size != 0 || part.anonymous % k_page_size != 0 || part.anonymous_size % k_page_size != 0 ||
            part.anonymous + part.anonymous_size > (end > part.anonymous ? end : part.anonymous) || part.zero_begin > part.anonymous ||
            (part.file_size != 0 && (part.offset % k_page_size != 0 || part.begin + part.file_size > part.anonymous))) {
            __builtin_trap();
        }
    }
    return 0;
}
