// /proc/PID and what is in it.
#include <algorithm>

#include <fs/procfs/proc_nodes.hpp>

namespace phx::fs {
namespace {

// What every process's folder has besides what components add, in the order in which it is listed.
enum class Fixed : std::uint8_t { task, fd, fdinfo, cwd, root, exe };
struct FixedEntry {
    std::string_view name;
    Fixed what;
    std::uint8_t type;
    std::uint64_t number;
};
constexpr FixedEntry k_fixed[] = {
    {"task", Fixed::task, entry_type(S_IFDIR), k_proc_task},   {"fd", Fixed::fd, entry_type(S_IFDIR), k_proc_fd},           {"fdinfo", Fixed::fdinfo, entry_type(S_IFDIR), k_proc_fdinfo},
    {"cwd", Fixed::cwd, entry_type(S_IFLNK), k_proc_links},    {"root", Fixed::root, entry_type(S_IFLNK), k_proc_links + 1}, {"exe", Fixed::exe, entry_type(S_IFLNK), k_proc_links + 2},
};

template <class F>
bool any_process_file(F f) {
    std::uint64_t place = 0;
    for (ProcFiles* source : ports::procfs::files()) {
        const std::span<const ProcEntry> files = source->process_files();
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (f(*source, i, files[i], place++)) {
                return true;
            }
        }
    }
    return false;
}

// /proc/PID/task
class TaskFolder final : public ProcFolder {
public:
    TaskFolder(SuperBlock& super, std::uint64_t number, const Access& owner, ProcSubject subject)
        : ProcFolder{super, number, owner.mode, owner.uid, owner.gid}, subject_{std::move(subject)} {}

    Result<Ref<Inode>> lookup(std::string_view name) override {
        task::Pid tid = 0;
        if (!parse_number(name, tid)) {
            return Errno::noent;
        }
        return make_process_folder(super(), TRY(ProcSubject::find_thread(subject_.pid(), tid)));
    }

    // In the order of their numbers, so that it is known where to go on.
    bool next(std::uint64_t& position, std::span<char> name, Entry& entry) override {
        task::Pid lowest = INT32_MAX;
        {
            const SpinGuard guard{subject_.process->lock};
            for (const task::UserThread& thread : subject_.process->threads) {
                if (static_cast<std::uint64_t>(thread.tid) >= position) {
                    lowest = std::min(lowest, thread.tid);
                }
            }
        }
        if (lowest == INT32_MAX) {
            return false;
        }
        entry = {format_to(name, "{}", lowest), proc_number(subject_.pid(), lowest, k_proc_pid), entry_type(S_IFDIR)};
        position = static_cast<std::uint64_t>(lowest) + 1;
        return true;
    }
    void end() override { memory::destroy(ports::procfs::heap(), this); }

private:
    const ProcSubject subject_;
};

// /proc/PID/fd and fdinfo
class DescriptorFolder final : public ProcFolder {
public:
    DescriptorFolder(SuperBlock& super, std::uint64_t number, const Access& owner, ProcSubject subject, bool infos)
        : ProcFolder{super, number, owner.mode, owner.uid, owner.gid}, subject_{std::move(subject)}, infos_{infos} {}

    Result<Ref<Inode>> lookup(std::string_view name) override {
        int fd = 0;
        if (!parse_number(name, fd) || !descriptor_of(subject_, fd)) {
            return Errno::noent;
        }
        if (infos_) {
            return make_descriptor_info(super(), subject_, fd);
        }
        return make_proc_link(super(), number_of(fd), ProcLinkKind::descriptor, subject_, fd);
    }

    bool next(std::uint64_t& position, std::span<char> name, Entry& entry) override {
        const int fd = next_descriptor(subject_, static_cast<int>(position));
        if (fd < 0) {
            return false;
        }
        entry = {format_to(name, "{}", fd), number_of(fd), entry_type(infos_ ? S_IFREG : S_IFLNK)};
        position = static_cast<std::uint64_t>(fd) + 1;
        return true;
    }
    void end() override { memory::destroy(ports::procfs::heap(), this); }

private:
    [[nodiscard]] std::uint64_t number_of(int fd) const {
        return proc_number(subject_.pid(), subject_.tid(), k_proc_descriptor + (infos_ ? 0x4000U : 0U) + static_cast<std::uint64_t>(fd & 0x3fff));
    }

    const ProcSubject subject_;
    const bool infos_;
};

// /proc/PID, and /proc/PID/task/TID
class ProcessFolder final : public ProcFolder {
public:
    ProcessFolder(SuperBlock& super, const Access& owner, ProcSubject subject)
        : ProcFolder{super, proc_number(subject.pid(), subject.whole ? 0 : subject.tid(), k_proc_pid), owner.mode, owner.uid, owner.gid},
          subject_{std::move(subject)} {}

    [[nodiscard]] Attributes attributes() override {
        Attributes attributes = ProcNode::attributes();
        attributes.links = subject_.whole ? 9 : 7;
        return attributes;
    }
    Result<Ref<Inode>> lookup(std::string_view name) override;
    bool next(std::uint64_t& position, std::span<char> name, Entry& entry) override;
    void end() override { memory::destroy(ports::procfs::heap(), this); }

private:
    Result<Ref<Inode>> make_fixed(const FixedEntry& fixed);
    [[nodiscard]] std::uint64_t number_of(std::uint64_t what) const { return proc_number(subject_.pid(), subject_.whole ? 0 : subject_.tid(), what); }

    const ProcSubject subject_;
};

Result<Ref<Inode>> ProcessFolder::make_fixed(const FixedEntry& fixed) {
    const std::uint64_t number = number_of(fixed.number);
    switch (fixed.what) {
    case Fixed::task:
        if (!subject_.whole) {
            return Errno::noent;
        }
        return Ref<Inode>{TRY(make_proc<TaskFolder>(super(), number, subject_.owner(S_IFDIR | 0555), subject_))};
    case Fixed::fd:
    case Fixed::fdinfo:
        return Ref<Inode>{
            TRY(make_proc<DescriptorFolder>(super(), number, subject_.owner(S_IFDIR | 0500), subject_, fixed.what == Fixed::fdinfo))};
    case Fixed::cwd:
        return make_proc_link(super(), number, ProcLinkKind::working_directory, subject_, 0);
    case Fixed::root:
        return make_proc_link(super(), number, ProcLinkKind::root, subject_, 0);
    case Fixed::exe:
        break;
    }
    return make_proc_link(super(), number, ProcLinkKind::executable, subject_, 0);
}

Result<Ref<Inode>> ProcessFolder::lookup(std::string_view name) {
    for (const FixedEntry& fixed : k_fixed) {
        if (fixed.name == name) {
            return make_fixed(fixed);
        }
    }
    ProcFiles* source = nullptr;
    std::size_t index = 0;
    std::uint64_t place = 0;
    const bool found = any_process_file([&](ProcFiles& candidate, std::size_t i, const ProcEntry& entry, std::uint64_t at) {
        if (entry.path != name || !(subject_.whole || entry.of_threads)) {
            return false;
        }
        source = &candidate;
        index = i;
        place = at;
        return true;
    });
    if (!found) {
        return Errno::noent;
    }
    return make_process_file(super(), number_of(k_proc_process_file + place), subject_, *source, index);
}

bool ProcessFolder::next(std::uint64_t& position, std::span<char>, Entry& entry) {
    while (position < std::size(k_fixed)) {
        const FixedEntry& fixed = k_fixed[position++];
        if (subject_.whole || fixed.what != Fixed::task) {
            entry = {fixed.name, number_of(fixed.number), fixed.type};
            return true;
        }
    }
    return any_process_file([&](ProcFiles&, std::size_t, const ProcEntry& file, std::uint64_t place) {
        if (place + std::size(k_fixed) < position || !(subject_.whole || file.of_threads)) {
            return false;
        }
        entry = {file.path, number_of(k_proc_process_file + place), entry_type(S_IFREG)};
        position = place + std::size(k_fixed) + 1;
        return true;
    });
}

}  // namespace

Result<ProcSubject> ProcSubject::find(task::Pid pid) {
    ProcSubject subject;
    subject.process = ports::procfs::processes().find(pid);
    if (!subject.process) {
        return Errno::noent;
    }
    const SpinGuard guard{subject.process->lock};
    if (subject.process->leader == nullptr) {
        return Errno::noent;  // reaped since it was found
    }
    subject.thread = Ref<task::UserThread>{subject.process->leader};
    return subject;
}

Result<ProcSubject> ProcSubject::find_thread(task::Pid pid, task::Pid tid) {
    ProcSubject subject;
    subject.thread = ports::procfs::processes().find_thread(tid);
    subject.whole = false;
    if (!subject.thread || subject.thread->process->pid != pid) {
        return Errno::noent;
    }
    subject.process = Ref<task::Process>{subject.thread->process};
    return subject;
}

Inode::Access ProcSubject::owner(Mode mode) const {
    const SpinGuard guard{process->lock};
    const task::Credentials* who = thread->credentials.load(std::memory_order_relaxed);
    const bool own = who != nullptr && process->dumpable;
    return {mode, own ? who->euid : 0, own ? who->egid : 0};
}

Result<Ref<Inode>> make_process_folder(SuperBlock& super, ProcSubject subject) {
    const Inode::Access owner = subject.owner(S_IFDIR | 0555);
    return Ref<Inode>{TRY(make_proc<ProcessFolder>(super, owner, std::move(subject)))};
}

}  // namespace phx::fs
