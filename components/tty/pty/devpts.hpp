// The file system of the slaves' names.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/interfaces/inode.hpp>

namespace phx::tty {

class DevPts;

// /dev/pts/N, and /dev/pts/ptmx.
class SlaveNode final : public fs::Inode {
public:
    SlaveNode(fs::SuperBlock& super, std::uint64_t number, const fs::NewNode& node, Nanoseconds now);

    [[nodiscard]] fs::Attributes attributes() override;
    Result<void> set_attributes(const fs::AttributeChange& change) override;
    Result<Ref<fs::File>> open(std::uint32_t) override { return Errno::nxio; }  // devices are opened by the VFS
    void end() override;

private:
    const fs::Device device_;
    const Nanoseconds born_;
    std::atomic<std::int64_t> changed_;
};

class PtsDirectory final : public fs::Inode {
public:
    explicit PtsDirectory(DevPts& devpts);

    [[nodiscard]] fs::Attributes attributes() override;
    Result<Ref<fs::Inode>> lookup(std::string_view name) override;
    Result<Ref<fs::File>> open(std::uint32_t flags) override;
    void end() override {}  // it stays
};

// One, however often it is mounted.
class DevPts final : public fs::SuperBlock {
public:
    explicit DevPts(Nanoseconds now);

    // EINVAL: an option is not known.
    Result<void> set_options(std::string_view options);
    // Those of a new slave of the running thread's.
    [[nodiscard]] fs::NewNode new_node(fs::Device device);
    [[nodiscard]] Ref<fs::Inode> ptmx() { return Ref<fs::Inode>{&ptmx_}; }
    [[nodiscard]] Nanoseconds born() const { return born_; }

    [[nodiscard]] Ref<fs::Inode> root() override { return Ref<fs::Inode>{&directory_}; }
    [[nodiscard]] fs::FileSystemStats stats() override;
    [[nodiscard]] std::string_view type() const override { return "devpts"; }
    std::size_t options(char* to, std::size_t size) override;
    [[nodiscard]] bool keeps_names() const override { return false; }
    void end() override {}  // it stays

private:
    struct Options {
        fs::Mode mode = 0600;
        fs::Mode ptmx_mode = 0;
        bool own_gid = false;
        task::Gid gid = 0;
        bool own_uid = false;
        task::Uid uid = 0;
    };
    static Result<void> apply(std::string_view option, Options& options);

    const Nanoseconds born_;
    Options options_;
    PtsDirectory directory_;
    SlaveNode ptmx_;
};

}  // namespace phx::tty
