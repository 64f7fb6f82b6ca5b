// getdents64(2).
#include <cstring>

#include <fs/file_calls/file_calls.hpp>
#include <fs/file_calls/moving.hpp>
#include <memory/interfaces/context.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

// struct linux_dirent64, which uapi does not have (getdents(2)).
struct [[gnu::packed]] EntryHead {
    std::uint64_t inode;
    std::int64_t next;
    std::uint16_t size;
    std::uint8_t type;
};
static_assert(sizeof(EntryHead) == 19);

// Into the kernel's memory first: copies to the program's may wait, which who holds a directory must not.
class Sheet final : public EntrySink {
public:
    Sheet(std::span<std::byte> room) : room_{room} {}

    bool entry(std::string_view name, std::uint64_t inode, std::uint8_t type, std::uint64_t next) override {
        const std::size_t size = align_up(sizeof(EntryHead) + name.size() + 1, 8);
        if (size > room_.size() - used_) {
            return false;
        }
        const EntryHead head{inode, static_cast<std::int64_t>(next), static_cast<std::uint16_t>(size), type};
        std::byte* const at = room_.data() + used_;
        std::memset(at + size - 8, 0, 8);
        std::memcpy(at, &head, sizeof head);
        std::memcpy(at + sizeof head, name.data(), name.size());
        used_ += size;
        return true;
    }
    [[nodiscard]] std::size_t used() const { return used_; }

private:
    std::span<std::byte> room_;
    std::size_t used_ = 0;
};

constexpr std::size_t k_sheet = 2000;  // holds the longest name, and is quickly had

}  // namespace

Result<std::size_t> FileCalls::sys_getdents64(int fd, UserPtr<void> to, std::uint32_t size) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (!file->inode().is_directory()) {
        return Errno::notdir;
    }
    auto& heap = ports::file_calls::heap();
    auto* const memory = static_cast<std::byte*>(TRY(memory::allocate(heap, k_sheet, 8, memory::MaySleep{})));
    const auto fill = [&]() -> Result<std::size_t> {
        const MutexGuard guard{file->position_lock};
        std::size_t done = 0;
        while (done < size) {
            Sheet sheet{{memory, std::min<std::size_t>(k_sheet, size - done)}};
            std::uint64_t position = file->position;
            {
                const ReadGuard entries{file->inode().entries};
                TRY(file->read_entries(position, sheet));
            }
            if (sheet.used() == 0) {
                // An entry that does not fit, or the end: a sheet that is large enough tells them apart.
                if (done == 0 && size < k_sheet) {
                    Sheet whole{{memory, k_sheet}};
                    const ReadGuard entries{file->inode().entries};
                    TRY(file->read_entries(position, whole));
                    return whole.used() != 0 ? Result<std::size_t>{Errno::inval} : Result<std::size_t>{std::size_t{0}};
                }
                break;
            }
            const Result<void> copied = vm::copy_out(to.address() + done, memory, sheet.used());
            if (!copied) {
                return done != 0 ? Result<std::size_t>{done} : Result<std::size_t>{copied.error()};
            }
            file->position = position;
            done += sheet.used();
        }
        return done;
    };
    const Result<std::size_t> done = fill();
    heap.free(memory, k_sheet);
    return done;
}

}  // namespace phx::fs
