// A file system in memory (tmpfs(5)).
#pragma once

#include <string_view>

#include <fs/interfaces/file.hpp>
#include <fs/interfaces/inode.hpp>
#include <sync/mutex.hpp>

namespace phx::fs {

class Tmpfs final : public FileSystem {
public:
    constexpr Tmpfs() = default;

    // FileSystem
    [[nodiscard]] std::string_view name() const override { return "tmpfs"; }
    Result<Ref<SuperBlock>> mount(std::string_view source, std::string_view options) override;

    // MemoryFileSystem
    Result<Ref<SuperBlock>> make(std::string_view type, std::string_view options);
    Result<Ref<File>> make_file(std::string_view label, bool sealable);

private:
    static constexpr sync::LockClass k_mutex_class = sync::LearntLockClass::make("tmpfs");
    Mutex mutex_{k_mutex_class};
    SuperBlock* nameless_ = nullptr;  // of what make_file makes, for good; guarded by mutex_
};

}  // namespace phx::fs
