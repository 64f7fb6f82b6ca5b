// /proc itself, and the folders and files that components add.
#include <algorithm>
#include <charconv>

#include <fs/procfs/proc_nodes.hpp>

namespace phx::fs {
namespace {

// All files of all components, one after the other: f(source, index, entry, place) until it gives true.
template <class F>
bool any_file(F f) {
    std::uint64_t place = 0;
    for (ProcFiles* source : ports::procfs::files()) {
        const std::span<const ProcEntry> files = source->files();
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (f(*source, i, files[i], place++)) {
                return true;
            }
        }
    }
    return false;
}

// What follows `path` in that of an entry below it: one word, and whether there is more.
[[nodiscard]] bool is_below(std::string_view path, std::string_view entry, std::string_view& name, bool& is_folder) {
    if (!entry.starts_with(path)) {
        return false;
    }
    const std::string_view rest = entry.substr(path.size());
    const std::size_t slash = rest.find('/');
    name = rest.substr(0, slash);
    is_folder = slash != rest.npos;
    return true;
}

[[nodiscard]] std::uint64_t folder_number(std::string_view path) {
    std::uint32_t hash = 5381;
    for (const char c : path) {
        hash = hash * 33 + static_cast<unsigned char>(c);
    }
    return k_proc_folder + hash % 0x1000;
}

// Whether an earlier entry has the same folder.
[[nodiscard]] bool is_first(std::string_view path, std::string_view name, std::uint64_t place) {
    return !any_file([&](ProcFiles&, std::size_t, const ProcEntry& entry, std::uint64_t other) {
        std::string_view other_name;
        bool is_folder = false;
        return other < place && is_below(path, entry.path, other_name, is_folder) && other_name == name;
    });
}

}  // namespace

bool parse_number(std::string_view text, std::int32_t& value) {
    if (text.empty() || text.front() < '0' || text.front() > '9' || (text.front() == '0' && text.size() > 1)) {
        return false;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

Result<Ref<Inode>> ProcStaticFolder::lookup(std::string_view wanted) {
    Result<Ref<Inode>> found = Errno::noent;
    any_file([&](ProcFiles& source, std::size_t index, const ProcEntry& entry, std::uint64_t place) {
        std::string_view name;
        bool is_folder = false;
        if (!is_below(path_, entry.path, name, is_folder) || name != wanted) {
            return false;
        }
        if (is_folder) {
            const std::string_view below = entry.path.substr(0, path_.size() + name.size() + 1);
            auto folder = make_proc<ProcSubfolder>(super(), folder_number(below), below);
            std::destroy_at(&found);
            std::construct_at(&found, folder ? Result<Ref<Inode>>{Ref<Inode>{std::move(*folder)}} : folder.error());
        } else {
            std::destroy_at(&found);
            std::construct_at(&found, make_proc_file(super(), k_proc_file + place, source, index));
        }
        return true;
    });
    return found;
}

bool ProcStaticFolder::next(std::uint64_t& position, std::span<char>, Entry& entry) {
    return any_file([&](ProcFiles&, std::size_t, const ProcEntry& file, std::uint64_t place) {
        std::string_view name;
        bool is_folder = false;
        if (place < position || !is_below(path_, file.path, name, is_folder) || (is_folder && !is_first(path_, name, place))) {
            return false;
        }
        const std::uint64_t number = is_folder ? folder_number(file.path.substr(0, path_.size() + name.size() + 1)) : k_proc_file + place;
        entry = {name, number, entry_type(is_folder ? S_IFDIR : S_IFREG)};
        position = place + 1;
        return true;
    });
}

// --- /proc

namespace {

struct RootLink {
    std::string_view name;
    std::uint64_t number;
    ProcLinkKind kind;
};
constexpr RootLink k_root_links[] = {{"self", k_proc_self, ProcLinkKind::self},
                                     {"thread-self", k_proc_thread_self, ProcLinkKind::thread_self},
                                     {"mounts", k_proc_mounts, ProcLinkKind::mounts}};

// Where in /proc processes begin, after the files and the links.
constexpr std::uint64_t k_first_process = 256;
constexpr std::uint64_t k_first_link = k_first_process - std::size(k_root_links);

}  // namespace

Attributes ProcRoot::attributes() {
    Attributes attributes = ProcNode::attributes();
    attributes.links = 2 + ports::procfs::processes().count().processes;
    return attributes;
}

Result<Ref<Inode>> ProcRoot::lookup(std::string_view name) {
    task::Pid pid = 0;
    if (parse_number(name, pid)) {
        return make_process_folder(super(), TRY(ProcSubject::find(pid)));
    }
    for (const RootLink& link : k_root_links) {
        if (link.name == name) {
            return make_proc_link(super(), link.number, link.kind, {}, 0);
        }
    }
    return ProcStaticFolder::lookup(name);
}

bool ProcRoot::next(std::uint64_t& position, std::span<char> name, Entry& entry) {
    if (position < k_first_link) {
        if (ProcStaticFolder::next(position, name, entry)) {
            return true;
        }
        position = k_first_link;
    }
    if (position < k_first_process) {
        const RootLink& link = k_root_links[position++ - k_first_link];
        entry = {link.name, link.number, entry_type(S_IFLNK)};
        return true;
    }
    const Ref<task::Process> process = ports::procfs::processes().next(static_cast<task::Pid>(position - k_first_process));
    if (!process) {
        return false;
    }
    entry = {format_to(name, "{}", process->pid), proc_number(process->pid, 0, k_proc_pid), entry_type(S_IFDIR)};
    position = k_first_process + static_cast<std::uint64_t>(process->pid) + 1;
    return true;
}

// --- any folder, opened

namespace {

class FolderFile final : public File {
public:
    FolderFile(ProcFolder& folder, std::uint32_t flags) : File{flags, folder, Seek::position}, folder_{folder} {}

    Result<void> read_entries(std::uint64_t& position, EntrySink& sink) override {
        for (; position < 2; ++position) {
            if (!sink.entry(position == 0 ? "." : "..", folder_.number(), entry_type(S_IFDIR), position + 1)) {
                return {};
            }
        }
        std::array<char, 16> name;
        ProcFolder::Entry entry;
        for (std::uint64_t next = position - 2; folder_.next(next, name, entry);) {
            if (!sink.entry(entry.name, entry.number, entry.type, next + 2)) {
                return {};
            }
            position = next + 2;
        }
        return {};
    }

private:
    void dispose() override { memory::destroy(ports::procfs::heap(), this); }

    ProcFolder& folder_;
};

}  // namespace

Result<Ref<File>> ProcFolder::open(std::uint32_t flags) { return Ref<File>{TRY(make_proc<FolderFile>(*this, flags))}; }

}  // namespace phx::fs
