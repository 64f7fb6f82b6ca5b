// The program file that is being executed: its beginning, its program headers, and where they were mapped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/interfaces/file.hpp>
#include <task/exec/elf.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::task {

class Image {
public:
    Image() {}  // NOLINT: the buffer stays as it is
    ~Image();
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    // Instead of what was there. The file's errors, EIO.
    Result<void> load(Ref<fs::File> file);
    [[nodiscard]] fs::File& file() const { return *file_; }
    [[nodiscard]] Ref<fs::File> share() const { return file_; }
    // The first bytes.
    [[nodiscard]] std::string_view head() const { return {reinterpret_cast<const char*>(head_.data()), head_size_}; }

    // An ELF file for this processor; ENOEXEC and the others of check_elf_segments.
    Result<void> parse();
    [[nodiscard]] const ElfHeader& header() const { return header_; }
    [[nodiscard]] const ElfLayout& layout() const { return layout_; }
    // The name that PT_INTERP gives, with its 0 after it. ENOEXEC
    Result<std::string_view> interpreter(std::span<char> to);

    // Maps all segments; `wanted` is where one that is position independent should begin, 0: wherever there is room. The distance from the addresses
    // in the file.
    Result<std::uint64_t> map(vm::AddressSpace& space, UserAddr wanted);
    // Clears what the file has too much of in the last page of a segment. The space is the running thread's.
    Result<void> clear_ends(std::uint64_t distance);

private:
    static constexpr std::size_t k_head = 1024;

    Result<std::size_t> read(void* to, std::size_t size, std::uint64_t offset);
    Result<void> read_table();
    Result<std::uint64_t> place(vm::AddressSpace& space, UserAddr wanted);
    Result<void> map_part(vm::AddressSpace& space, const ElfPart& part, std::uint64_t distance);
    void drop_table();

    Ref<fs::File> file_;
    ElfHeader header_;
    ElfLayout layout_;
    std::span<const Elf64_Phdr> segments_;
    Elf64_Phdr* table_ = nullptr;  // of the heap's; null: the table is in the head
    std::size_t head_size_ = 0;
    alignas(16) std::array<std::byte, k_head> head_;
};

}  // namespace phx::task
