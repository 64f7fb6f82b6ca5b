#include <task/exec/image.hpp>

#include <linux/mman.h>
#include <memory/interfaces/context.hpp>
#include <ports/exec.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

using Tables = std::remove_reference_t<decltype(ports::exec::tables())>;

}  // namespace

Image::~Image() { drop_table(); }

void Image::drop_table() {
    if (table_ != nullptr) {
        ports::exec::heap().free(std::exchange(table_, nullptr), segments_.size_bytes());
    }
    segments_ = {};
}

Result<std::size_t> Image::read(void* to, std::size_t size, std::uint64_t offset) {
    fs::Transfer transfer{to, size};
    std::size_t done = 0;
    while (done < size) {
        const std::size_t part = TRY(file_->read(transfer, offset + done));
        if (part == 0) {
            break;
        }
        done += part;
    }
    return done;
}

Result<void> Image::load(Ref<fs::File> file) {
    drop_table();
    file_ = std::move(file);
    head_size_ = 0;
    head_size_ = TRY(read(head_.data(), head_.size(), 0));
    return {};
}

Result<void> Image::parse() {
    header_ = TRY(read_elf_header(std::span{head_}.first(head_size_)));
    TRY(read_table());
    layout_ = TRY(check_elf_segments(header_, segments_, Tables::user_size));
    return {};
}

Result<void> Image::read_table() {
    const std::size_t size = header_.count * sizeof(Elf64_Phdr);
    if (header_.table_offset % alignof(Elf64_Phdr) == 0 && header_.table_offset <= head_size_ && size <= head_size_ - header_.table_offset) {
        segments_ = {reinterpret_cast<const Elf64_Phdr*>(head_.data() + header_.table_offset), header_.count};
        return {};
    }
    table_ = static_cast<Elf64_Phdr*>(TRY(memory::allocate(ports::exec::heap(), size, alignof(Elf64_Phdr), memory::MaySleep{})));
    segments_ = {table_, header_.count};
    return TRY(read(table_, size, header_.table_offset)) == size ? Result<void>{} : Errno::noexec;
}

Result<std::string_view> Image::interpreter(std::span<char> to) {
    const std::size_t size = layout_.interpreter_size;
    if (size > to.size() || TRY(read(to.data(), size, layout_.interpreter_offset)) != size || to[size - 1] != '\0') {
        return Errno::noexec;
    }
    return std::string_view{to.data()};
}

// Where the whole of it finds room: the first segment's mapping is made as large as all, and then cut down.
Result<std::uint64_t> Image::place(vm::AddressSpace& space, UserAddr wanted) {
    const std::uint64_t size = align_up(layout_.end - layout_.begin, k_page_size);
    const std::uint64_t alignment = layout_.alignment > k_page_size ? layout_.alignment : k_page_size;
    if (wanted != UserAddr{}) {
        const std::uint64_t begin = align_down(wanted.value(), alignment);
        return size <= Tables::user_size - begin ? Result<std::uint64_t>{begin - layout_.begin} : Errno::nomem;
    }
    auto& memory = ports::exec::memory();
    const std::uint64_t room = size + (alignment - k_page_size);
    const UserAddr at = TRY(memory.map(space, {.hint = {}, .size = room, .protection = PROT_NONE, .flags = MAP_PRIVATE | MAP_ANONYMOUS}));
    TRY(memory.unmap(space, at, room));
    return at.aligned_up(alignment).value() - layout_.begin;
}

Result<std::uint64_t> Image::map(vm::AddressSpace& space, UserAddr wanted) {
    const std::uint64_t distance = header_.is_position_independent ? TRY(place(space, wanted)) : 0;
    for (const Elf64_Phdr& segment : segments_) {
        if (segment.p_type == PT_LOAD && segment.p_memsz != 0) {
            TRY(map_part(space, elf_part(segment), distance));
        }
    }
    return distance;
}

Result<void> Image::map_part(vm::AddressSpace& space, const ElfPart& part, std::uint64_t distance) {
    auto& memory = ports::exec::memory();
    if (part.file_size != 0) {
        TRY(memory.map(space, {.hint = UserAddr{part.begin + distance},
                               .size = part.file_size,
                               .protection = part.protection,
                               .flags = MAP_PRIVATE | MAP_FIXED,
                               .file = file_.get(),
                               .offset = part.offset}));
    }
    if (part.anonymous_size != 0) {
        TRY(memory.map(space, {.hint = UserAddr{part.anonymous + distance},
                               .size = part.anonymous_size,
                               .protection = part.protection,
                               .flags = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS}));
    }
    return {};
}

// One that may not be written keeps what the file has there, as on Linux.
Result<void> Image::clear_ends(std::uint64_t distance) {
    for (const Elf64_Phdr& segment : segments_) {
        if (segment.p_type != PT_LOAD || segment.p_memsz == 0) {
            continue;
        }
        const ElfPart part = elf_part(segment);
        const std::uint64_t size = part.anonymous - part.zero_begin;
        if (size != 0 && (part.protection & PROT_WRITE) != 0 && vm::clear_some(UserAddr{part.zero_begin + distance}, size) != size) {
            return Errno::fault;
        }
    }
    return {};
}

}  // namespace phx::task
