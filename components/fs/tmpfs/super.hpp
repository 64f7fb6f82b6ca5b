// One mount of it: what it may take, and what it has taken.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include <fs/interfaces/inode.hpp>

namespace phx::fs::tmpfs {

class Directory;

// Options of mount(2) (tmpfs(5)).
struct Options {
    std::uint64_t pages = 0;   // 0: no limit
    std::uint64_t inodes = 0;  // the same
    Mode mode = S_ISVTX | 0777;
    task::Uid uid = 0;
    task::Gid gid = 0;

    // Half of memory.
    [[nodiscard]] static Options defaults();
    // EINVAL
    Result<void> parse(std::string_view text);
};

class Super final : public SuperBlock {
public:
    // `type` stays.
    Super(std::string_view type, const Options& options) : SuperBlock{next_anonymous_device()}, type_{type}, options_{options} {}

    // SuperBlock
    [[nodiscard]] Ref<Inode> root() override;
    [[nodiscard]] FileSystemStats stats() override;
    [[nodiscard]] std::string_view type() const override { return type_; }
    std::size_t options(char* to, std::size_t size) override;
    Result<void> reconfigure(std::string_view options) override;
    void end() override;

    void set_root(Directory& root) { root_ = &root; }  // takes over a reference

    // Any context. ENOSPC
    Result<void> take_pages(std::uint64_t count);
    void give_pages(std::uint64_t count) { used_pages_.fetch_sub(count, std::memory_order_relaxed); }
    Result<std::uint64_t> take_inode();  // its number
    void give_inode() { used_inodes_.fetch_sub(1, std::memory_order_relaxed); }

private:
    const std::string_view type_;
    Options options_;
    std::atomic<std::uint64_t> used_pages_{0};
    std::atomic<std::uint64_t> used_inodes_{0};
    std::atomic<std::uint64_t> last_number_{0};
    Directory* root_ = nullptr;
};

}  // namespace phx::fs::tmpfs
