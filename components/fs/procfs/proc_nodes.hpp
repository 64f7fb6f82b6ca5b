// What there is below /proc, as nodes. Within procfs only.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/interfaces/inode.hpp>
#include <fs/interfaces/proc_files.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/procfs.hpp>
#include <task/interfaces/process.hpp>

namespace phx::fs {

class ProcSuper final : public SuperBlock {
public:
    ProcSuper();

    [[nodiscard]] Ref<Inode> root() override { return Ref<Inode>{root_}; }
    [[nodiscard]] FileSystemStats stats() override;
    [[nodiscard]] std::string_view type() const override { return "proc"; }
    [[nodiscard]] bool keeps_names() const override { return false; }
    void end() override {}  // it stays
    [[nodiscard]] Nanoseconds born() const { return born_; }

    Inode* root_ = nullptr;

private:
    const Nanoseconds born_;
};

template <class T, class... Args>
Result<Ref<T>> make_proc(Args&&... args) {
    return Ref<T>::adopt(TRY(memory::create<T>(ports::procfs::heap(), memory::MaySleep{}, std::forward<Args>(args)...)));
}

// Inode numbers: bits 0 to 15 say which file or folder, 16 to 39 of which thread, 40 to 63 of which process.
[[nodiscard]] constexpr std::uint64_t proc_number(task::Pid pid, task::Pid tid, std::uint64_t what) {
    return static_cast<std::uint64_t>(pid) << 40 | static_cast<std::uint64_t>(tid & 0xffffff) << 16 | what;
}
enum ProcNumber : std::uint64_t {
    k_proc_root = 1,
    k_proc_self = 2,
    k_proc_thread_self = 3,
    k_proc_mounts = 4,
    k_proc_folder = 0x1000,   // and a hash of its path
    k_proc_file = 0x2000,     // and its place among all files
    k_proc_pid = 1,
    k_proc_task = 2,
    k_proc_fd = 3,
    k_proc_fdinfo = 4,
    k_proc_links = 5,         // exe, cwd, root
    k_proc_process_file = 0x100,
    k_proc_descriptor = 0x4000,
};

// Owners and times are alike for all.
class ProcNode : public Inode {
public:
    [[nodiscard]] Attributes attributes() override;

protected:
    ProcNode(SuperBlock& super, std::uint64_t number, Mode mode, task::Uid uid = 0, task::Gid gid = 0) : Inode{super, number, mode, uid, gid} {}
    ~ProcNode() = default;
};

// A process and one of its threads, as somebody asked for them.
struct ProcSubject {
    Ref<task::Process> process;
    Ref<task::UserThread> thread;
    bool whole = true;  // by its process's number

    [[nodiscard]] task::Pid pid() const { return process->pid; }
    [[nodiscard]] task::Pid tid() const { return thread->tid; }
    // Whose files these are: root's, where the program may have secrets (PR_SET_DUMPABLE).
    [[nodiscard]] Inode::Access owner(Mode mode) const;
    // ENOENT: there is no such process.
    static Result<ProcSubject> find(task::Pid pid);
    static Result<ProcSubject> find_thread(task::Pid pid, task::Pid tid);
};

// A thread's descriptor; none: it is closed.
[[nodiscard]] Ref<File> descriptor_of(const ProcSubject& subject, int fd);
// The lowest one from `first` on that is open; -1: none.
[[nodiscard]] int next_descriptor(const ProcSubject& subject, int first);

// --- folders

// A folder that entries are told of by number, after "." and "..".
class ProcFolder : public ProcNode {
public:
    Result<Ref<File>> open(std::uint32_t flags) override;

    struct Entry {
        std::string_view name;
        std::uint64_t number;
        std::uint8_t type;
    };
    // The entry at `position` or the next one after it, which is where `position` is moved behind. False: there is none.
    virtual bool next(std::uint64_t& position, std::span<char> name, Entry& entry) = 0;

protected:
    using ProcNode::ProcNode;
    ~ProcFolder() = default;
};

// Of the entries that components have, those below one path.
class ProcStaticFolder : public ProcFolder {
public:
    ProcStaticFolder(SuperBlock& super, std::uint64_t number, std::string_view path) : ProcFolder{super, number, S_IFDIR | 0555}, path_{path} {}

    Result<Ref<Inode>> lookup(std::string_view name) override;
    bool next(std::uint64_t& position, std::span<char> name, Entry& entry) override;

protected:
    ~ProcStaticFolder() = default;

private:
    const std::string_view path_;  // "" or with its slash: "sys/kernel/"
};

class ProcSubfolder final : public ProcStaticFolder {
public:
    using ProcStaticFolder::ProcStaticFolder;
    void end() override { memory::destroy(ports::procfs::heap(), this); }
};

// /proc itself.
class ProcRoot final : public ProcStaticFolder {
public:
    explicit ProcRoot(SuperBlock& super) : ProcStaticFolder{super, k_proc_root, ""} {}

    [[nodiscard]] Attributes attributes() override;
    Result<Ref<Inode>> lookup(std::string_view name) override;
    bool next(std::uint64_t& position, std::span<char> name, Entry& entry) override;
    void end() override {}
};

Result<Ref<Inode>> make_process_folder(SuperBlock& super, ProcSubject subject);

// --- files

Result<Ref<Inode>> make_proc_file(SuperBlock& super, std::uint64_t number, ProcFiles& source, std::size_t index);
Result<Ref<Inode>> make_process_file(SuperBlock& super, std::uint64_t number, ProcSubject subject, ProcFiles& source, std::size_t index);
Result<Ref<Inode>> make_descriptor_info(SuperBlock& super, ProcSubject subject, int fd);

// --- links

enum class ProcLinkKind : std::uint8_t { self, thread_self, mounts, executable, working_directory, root, descriptor };
Result<Ref<Inode>> make_proc_link(SuperBlock& super, std::uint64_t number, ProcLinkKind kind, ProcSubject subject, int fd);

// Whole decimal numbers without a sign or leading zeros, as they are in names.
[[nodiscard]] bool parse_number(std::string_view text, std::int32_t& value);

}  // namespace phx::fs
