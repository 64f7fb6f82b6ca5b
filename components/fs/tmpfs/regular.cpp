#include <base/format.hpp>
#include <fs/tmpfs/node.hpp>
#include <linux/falloc.h>
#include <memory/interfaces/context.hpp>
#include <ports/tmpfs.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::fs::tmpfs {
namespace {

constexpr std::uint64_t k_most_size = INT64_MAX;

class RegularFile final : public File {
public:
    RegularFile(std::uint32_t flags, Regular& node) : File{flags, node, Seek::position}, node_{node} {}

    Result<std::size_t> read(Transfer& to, std::uint64_t offset) override;
    Result<std::size_t> write(Transfer& from, std::uint64_t& offset) override;
    Result<std::uint64_t> seek(std::int64_t offset, int whence) override;
    Result<void> allocate(int mode, std::uint64_t offset, std::uint64_t size) override;
    [[nodiscard]] std::string_view describe(std::span<char> to) override;
    Result<std::int64_t> control(int command, std::uint64_t argument) override;
    Result<void> map(vm::Mappable& mappable) override {
        mappable.cache = node_.pages();
        return {};
    }

private:
    void dispose() override { memory::destroy(ports::tmpfs::heap(), this); }
    [[nodiscard]] bool notes_access() const {
        return (flags() & O_NOATIME) == 0 && (path().mount() == nullptr || (path().mount()->flags() & MS_NOATIME) == 0);
    }

    Regular& node_;

public:
    Ref<Regular> kept;  // the node, where no path holds it
};

Result<std::size_t> RegularFile::read(Transfer& to, std::uint64_t offset) {
    if (node_.is_access_new() && notes_access()) {
        node_.touch_accessed(now());
    }
    return node_.pages()->read(to, offset);
}

Result<std::size_t> RegularFile::write(Transfer& from, std::uint64_t& offset) {
    const WriteGuard guard{node_.entries};
    vm::PageCache& pages = *node_.pages();
    if ((flags() & O_APPEND) != 0) {
        offset = pages.size();
    }
    if (offset > k_most_size) [[unlikely]] {
        return Errno::fbig;
    }
    if ((node_.seals & ~std::uint32_t{F_SEAL_SEAL}) != 0) [[unlikely]] {
        if ((node_.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) != 0 ||
            ((node_.seals & F_SEAL_GROW) != 0 && offset + from.left() > pages.size())) {
            return Errno::perm;
        }
    }
    const Result<std::size_t> written = pages.write(from, offset);
    if (written) {
        node_.touch_modified(now());
    }
    return written;
}

Result<std::uint64_t> RegularFile::seek(std::int64_t offset, int whence) {
    if (whence != SEEK_DATA && whence != SEEK_HOLE) {
        return File::seek(offset, whence);
    }
    vm::PageCache& pages = *node_.pages();
    if (offset < 0 || static_cast<std::uint64_t>(offset) >= pages.size()) {
        return Errno::nxio;
    }
    const auto from = static_cast<std::uint64_t>(offset);
    return whence == SEEK_DATA ? pages.next_data(from) : Result<std::uint64_t>{pages.next_hole(from)};
}

Result<void> RegularFile::allocate(int mode, std::uint64_t offset, std::uint64_t size) {
    const WriteGuard guard{node_.entries};
    vm::PageCache& pages = *node_.pages();
    if (mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)) {
        if ((node_.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) != 0) {
            return Errno::perm;
        }
        TRY(pages.punch(offset, size));
        node_.touch_modified(now());
        return {};
    }
    if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0) {
        return Errno::opnotsupp;
    }
    if ((node_.seals & F_SEAL_GROW) != 0 && offset + size > pages.size()) {
        return Errno::perm;
    }
    TRY(pages.allocate(offset, size));
    if ((mode & FALLOC_FL_KEEP_SIZE) == 0 && offset + size > pages.size()) {
        TRY(pages.resize(offset + size));
    }
    node_.touch_changed(now());
    return {};
}

std::string_view RegularFile::describe(std::span<char> to) {
    return format_to(to, "/{} (deleted)", node_.label());
}

Result<std::int64_t> RegularFile::control(int command, std::uint64_t argument) {
    constexpr std::uint64_t known = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
    switch (command) {
        case F_GET_SEALS: return std::int64_t{node_.seals};
        case F_ADD_SEALS: {
            if (!writable()) {
                return Errno::perm;
            }
            if ((argument & ~known) != 0) {
                return Errno::inval;
            }
            const WriteGuard guard{node_.entries};
            if ((node_.seals & F_SEAL_SEAL) != 0) {
                return Errno::perm;
            }
            node_.seals |= static_cast<std::uint32_t>(argument);
            return std::int64_t{0};
        }
        default: return Errno::inval;
    }
}

}  // namespace

Result<Ref<File>> make_nameless(Super& super, std::string_view label, bool sealable) {
    auto& heap = ports::tmpfs::heap();
    const std::uint64_t number = TRY(super.take_inode());
    const Result<void*> memory = memory::allocate(heap, sizeof(Labelled) + label.size(), alignof(Labelled), memory::MaySleep{});
    if (!memory) {
        super.give_inode();
        return memory.error();
    }
    Ref<Regular> node = Ref<Regular>::adopt(
        std::construct_at(static_cast<Labelled*>(*memory), super, number, NewNode{.mode = S_IFREG | 0777}, now(), label));
    node->drop_all_links();
    if (sealable) {
        node->seals = 0;
    }
    RegularFile* const file = TRY(memory::create<RegularFile>(heap, memory::MaySleep{}, std::uint32_t{O_RDWR | O_LARGEFILE}, *node));
    file->kept = std::move(node);
    return Ref<File>::adopt(file);
}

void Labelled::end() {
    const std::size_t size = sizeof(Labelled) + size_;
    std::destroy_at(this);
    ports::tmpfs::heap().free(this, size);
}

Result<Ref<File>> Regular::open(std::uint32_t flags) {
    return Ref<File>::adopt(TRY(memory::create<RegularFile>(ports::tmpfs::heap(), memory::MaySleep{}, flags, *this)));
}

Result<void> Regular::resize(std::uint64_t size) {
    if (size > k_most_size) {
        return Errno::fbig;
    }
    if ((size < pages_.size() && (seals & F_SEAL_SHRINK) != 0) || (size > pages_.size() && (seals & F_SEAL_GROW) != 0)) {
        return Errno::perm;
    }
    return pages_.resize(size);
}

void Named::end() {
    memory::destroy(ports::tmpfs::heap(), this);
}

}  // namespace phx::fs::tmpfs
