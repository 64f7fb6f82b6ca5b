// Links of /proc: to the process that asks, and to what a process holds, which they lead to whatever its name is by now.
#include <algorithm>

#include <fs/procfs/proc_nodes.hpp>
#include <linux/capability.h>

namespace phx::fs {
namespace {

class FirstDescriptor final : public DescriptorVisitor {
public:
    bool descriptor(int fd, File&, bool) override {
        found = fd;
        return false;
    }
    int found = -1;
};

// f(table) of a thread that has one still.
template <class F>
auto with_table(const ProcSubject& subject, F f) -> decltype(f(std::declval<FdTable&>())) {
    auto& descriptors = ports::procfs::descriptors();
    FdTable* table = nullptr;
    {
        const SpinGuard guard{subject.process->lock};
        table = subject.thread->files;
        if (table != nullptr) {
            descriptors.retain(*table);
        }
    }
    if (table == nullptr) {
        return f.none();
    }
    auto result = f(*table);
    descriptors.release(*table);
    return result;
}

}  // namespace

Ref<File> descriptor_of(const ProcSubject& subject, int fd) {
    struct Find {
        int fd;
        static Ref<File> none() { return {}; }
        Ref<File> operator()(FdTable& table) const { return ports::procfs::descriptors().find(table, fd); }
    };
    return with_table(subject, Find{fd});
}

int next_descriptor(const ProcSubject& subject, int first) {
    struct Next {
        int first;
        static int none() { return -1; }
        int operator()(FdTable& table) const {
            FirstDescriptor visitor;
            ports::procfs::descriptors().visit(table, first, visitor);
            return visitor.found;
        }
    };
    return with_table(subject, Next{first});
}

namespace {

class Link final : public ProcNode {
public:
    Link(SuperBlock& super, std::uint64_t number, const Access& owner, ProcLinkKind kind, ProcSubject subject, int fd)
        : ProcNode{super, number, owner.mode, owner.uid, owner.gid}, kind_{kind}, subject_{std::move(subject)}, fd_{fd} {}

    Result<std::size_t> read_link(char* to, std::size_t size) override;
    Result<Path> follow(const task::Credentials& who) override;
    Result<Ref<File>> open(std::uint32_t) override { return Errno::loop; }
    void end() override { memory::destroy(ports::procfs::heap(), this); }

private:
    [[nodiscard]] bool is_plain() const { return kind_ == ProcLinkKind::self || kind_ == ProcLinkKind::thread_self || kind_ == ProcLinkKind::mounts; }
    // EACCES: another user's (ptrace(2), PTRACE_MODE_READ_FSCREDS).
    Result<void> check(const task::Credentials& who) const;
    Result<Path> target() const;
    Result<Ref<File>> file() const;

    const ProcLinkKind kind_;
    const ProcSubject subject_;
    const int fd_;
};

Result<void> Link::check(const task::Credentials& who) const {
    if (subject_.process.get() == &task::current_process() || who.has(CAP_SYS_PTRACE)) {
        return {};
    }
    const SpinGuard guard{subject_.process->lock};
    const task::Credentials* other = subject_.thread->credentials.load(std::memory_order_relaxed);
    if (other == nullptr || !subject_.process->dumpable || who.fsuid != other->euid || who.fsuid != other->suid || who.fsuid != other->uid ||
        who.fsgid != other->egid || who.fsgid != other->sgid || who.fsgid != other->gid) {
        return Errno::acces;
    }
    return {};
}

Result<Ref<File>> Link::file() const {
    if (kind_ == ProcLinkKind::executable) {
        const SpinGuard guard{subject_.process->lock};
        Ref<File> file{subject_.process->executable};
        return file ? Result<Ref<File>>{std::move(file)} : Errno::noent;
    }
    Ref<File> file = descriptor_of(subject_, fd_);
    return file ? Result<Ref<File>>{std::move(file)} : Errno::noent;
}

Result<Path> Link::target() const {
    auto& descriptors = ports::procfs::descriptors();
    if (kind_ == ProcLinkKind::executable || kind_ == ProcLinkKind::descriptor) {
        return ports::procfs::vfs().path_of(*TRY(file()));
    }
    FsContext* context = nullptr;
    {
        const SpinGuard guard{subject_.process->lock};
        context = subject_.thread->context;
        if (context != nullptr) {
            descriptors.retain(*context);
        }
    }
    if (context == nullptr) {
        return Errno::noent;
    }
    Path path = kind_ == ProcLinkKind::root ? descriptors.root_of(*context) : descriptors.directory_of(*context);
    descriptors.release(*context);
    return path;
}

Result<Path> Link::follow(const task::Credentials& who) {
    if (is_plain()) {
        return Errno::nosys;
    }
    TRY(check(who));
    return target();
}

Result<std::size_t> Link::read_link(char* to, std::size_t size) {
    const task::UserThread& self = task::current_user();
    std::array<char, 48> text;
    std::string_view shown;
    if (kind_ == ProcLinkKind::self) {
        shown = format_to(text, "{}", self.process->pid);
    } else if (kind_ == ProcLinkKind::mounts) {
        shown = "self/mounts";
    } else if (kind_ == ProcLinkKind::thread_self) {
        shown = format_to(text, "{}/task/{}", self.process->pid, self.tid);
    } else {
        TRY(check(*self.credentials.load(std::memory_order_relaxed)));
        if (kind_ == ProcLinkKind::descriptor || kind_ == ProcLinkKind::executable) {
            const Ref<File> file = TRY(this->file());
            shown = file->path() ? std::string_view{} : file->describe(text);
        }
        if (shown.empty()) {
            // What has lost its name is said to be so (proc(5), /proc/PID/fd).
            constexpr std::string_view mark = " (deleted)";
            auto& vfs = ports::procfs::vfs();
            const Path path = TRY(target());
            const std::string_view behind = path.mount() != nullptr && !vfs.is_reachable(path) ? mark : std::string_view{};
            if (size < behind.size()) {
                return Errno::nametoolong;
            }
            const std::string_view name = TRY(vfs.name_of(path, std::span{to, size - behind.size()}));
            std::copy(name.begin(), name.end(), to);  // it stands at the end of the room
            behind.copy(to + name.size(), behind.size());
            return name.size() + behind.size();
        }
    }
    const std::size_t copied = std::min(size, shown.size());
    std::copy_n(shown.begin(), copied, to);
    return copied;
}

}  // namespace

Result<Ref<Inode>> make_proc_link(SuperBlock& super, std::uint64_t number, ProcLinkKind kind, ProcSubject subject, int fd) {
    Inode::Access owner{S_IFLNK | 0777, 0, 0};
    if (subject.process) {
        Mode mode = 0777;
        if (kind == ProcLinkKind::descriptor) {
            const Ref<File> file = descriptor_of(subject, fd);
            mode = file ? (file->readable() ? 0500U : 0U) | (file->writable() ? 0300U : 0U) : 0;
        }
        owner = subject.owner(S_IFLNK | mode);
    }
    return Ref<Inode>{TRY(make_proc<Link>(super, number, owner, kind, std::move(subject), fd))};
}

}  // namespace phx::fs
