// The ends of pipes as open files, and what stat(2) says of those without a name.
#pragma once

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/pipes/pipe.hpp>

namespace phx::fs {

// Where pipes without a name lie, as Linux's pipefs.
class PipeSuper final : public SuperBlock {
public:
    PipeSuper() : SuperBlock{next_anonymous_device()} {}

    [[nodiscard]] Ref<Inode> root() override { return {}; }
    [[nodiscard]] FileSystemStats stats() override;
    [[nodiscard]] std::string_view type() const override { return "pipefs"; }
    void end() override {}  // it stays

    [[nodiscard]] std::uint64_t next_number() { return last_.fetch_add(1, std::memory_order_relaxed) + 1; }

private:
    std::atomic<std::uint64_t> last_{0};
};

// Both hold the pipe together.
class PipeInode final : public Inode {
public:
    PipeInode(PipeSuper& super, Pipe& pipe, task::Uid uid, task::Gid gid, Nanoseconds now)
        : Inode{super, super.next_number(), S_IFIFO | 0600, uid, gid}, pipe_{pipe}, born_{now} {}

    [[nodiscard]] Attributes attributes() override;
    Result<void> set_attributes(const AttributeChange& change) override;
    Result<Ref<File>> open(std::uint32_t flags) override;  // through /proc/PID/fd
    void end() override;

private:
    Pipe& pipe_;
    const Nanoseconds born_;
};

// One end, or of a FIFO both. Takes part in the pipe (Pipe::open). `seen`: it is a FIFO, so the pipe is the inode's, and is left through Pipes::leave; without,
// the file holds the inode.
Result<Ref<File>> make_pipe_file(Pipe& pipe, Inode& inode, std::uint32_t flags, Pipe::Seen* seen = nullptr);

}  // namespace phx::fs
