// The file system of /proc (proc(5)). Nodes are made when a path is walked, and go with their last user; nothing of it is kept in between.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/inode.hpp>

namespace phx::fs {

class ProcFs final : public FileSystem {
public:
    constexpr ProcFs() = default;

    // FileSystem
    [[nodiscard]] std::string_view name() const override { return "proc"; }
    Result<Ref<SuperBlock>> mount(std::string_view source, std::string_view options) override;

private:
    std::atomic<SuperBlock*> super_{nullptr};  // once mounted, for good
};

}  // namespace phx::fs
