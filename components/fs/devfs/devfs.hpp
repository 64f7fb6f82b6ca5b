// The file system of /dev (Linux drivers/base/devtmpfs.c). One, however often it is mounted.
#pragma once

#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/inode.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/mutex.hpp>

namespace phx::fs {

class DevFs final : public FileSystem {
public:
    constexpr DevFs() = default;

    // FileSystem
    [[nodiscard]] std::string_view name() const override { return "devtmpfs"; }
    Result<Ref<SuperBlock>> mount(std::string_view source, std::string_view options) override;

private:
    static constexpr sync::LockClass k_mutex_class = sync::LearntLockClass::make("devfs");
    Mutex mutex_{k_mutex_class};
    SuperBlock* super_ __attribute__((guarded_by(mutex_))) = nullptr;  // held, once it has been mounted
};

}  // namespace phx::fs
