// /proc/PID/mounts, mountinfo, limits: proc(5).
#include <fs/proc_processes/snapshot.hpp>

#include <fs/file_objects/mount.hpp>
#include <fs/interfaces/inode.hpp>
#include <fs/interfaces/vfs.hpp>
#include <linux/mount.h>
#include <ports/proc_processes.hpp>

namespace phx::fs {
namespace {

// Blanks and the like as \ooo, so that words stay words (getmntent(3)).
void write_word(std::string_view text, TextSink& sink) {
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\\') {
            const std::array<char, 4> escaped{'\\', static_cast<char>('0' + (c >> 6 & 3)), static_cast<char>('0' + (c >> 3 & 7)),
                                              static_cast<char>('0' + (c & 7))};
            sink.write({escaped.data(), escaped.size()});
        } else {
            sink.write({&c, 1});
        }
    }
}

struct FlagName {
    std::uint32_t flag;
    std::string_view name;
};
constexpr FlagName k_flags[] = {{MS_NOSUID, ",nosuid"},         {MS_NODEV, ",nodev"},       {MS_NOEXEC, ",noexec"},
                                {MS_NOATIME, ",noatime"},       {MS_NODIRATIME, ",nodiratime"}, {MS_RELATIME, ",relatime"}};

void write_flags(const Mount& mount, TextSink& sink) {
    sink.write((mount.flags() & MS_RDONLY) != 0 ? "ro" : "rw");
    for (const FlagName& flag : k_flags) {
        if ((mount.flags() & flag.flag) != 0) {
            sink.write(flag.name);
        }
    }
}

void write_options(SuperBlock& super, TextSink& sink) {
    std::array<char, 128> options;
    sink.write({options.data(), super.options(options.data(), options.size())});
}

class MountsWriter final : public MountVisitor {
public:
    MountsWriter(bool info, TextSink& sink) : info_{info}, sink_{sink} {}

    bool mount(const MountInfo& mount) override {
        info_ ? write_info(mount) : write_mount(mount);
        return true;
    }

private:
    void write_mount(const MountInfo& mount) {
        write_word(mount.source.empty() ? "none" : mount.source, sink_);
        sink_.write(" ");
        write_word(mount.place, sink_);
        sink_.print(" {} ", mount.mount.super().type());
        write_flags(mount.mount, sink_);
        write_options(mount.mount.super(), sink_);
        sink_.write(" 0 0\n");
    }
    void write_info(const MountInfo& mount) {
        SuperBlock& super = mount.mount.super();
        sink_.print("{} {} {}:{} ", mount.mount.id(), mount.parent, major_of(super.device()), minor_of(super.device()));
        write_word(mount.root, sink_);
        sink_.write(" ");
        write_word(mount.place, sink_);
        sink_.write(" ");
        write_flags(mount.mount, sink_);
        sink_.print(" - {} ", super.type());
        write_word(mount.source.empty() ? "none" : mount.source, sink_);
        sink_.write(" rw");
        write_options(super, sink_);
        sink_.write("\n");
    }

    const bool info_;
    TextSink& sink_;
};

struct LimitName {
    std::string_view name;
    std::string_view unit;
};
// By RLIMIT_* of uapi asm-generic/resource.h.
constexpr LimitName k_limits[] = {
    {"Max cpu time", "seconds"},    {"Max file size", "bytes"},        {"Max data size", "bytes"},       {"Max stack size", "bytes"},
    {"Max core file size", "bytes"}, {"Max resident set", "bytes"},     {"Max processes", "processes"},   {"Max open files", "files"},
    {"Max locked memory", "bytes"}, {"Max address space", "bytes"},    {"Max file locks", "locks"},      {"Max pending signals", "signals"},
    {"Max msgqueue size", "bytes"}, {"Max nice priority", ""},         {"Max realtime priority", ""},    {"Max realtime timeout", "us"},
};

void write_limit(std::uint64_t value, TextSink& sink) {
    if (value == ~std::uint64_t{0}) {
        sink.print("{:<20} ", "unlimited");
    } else {
        sink.print("{:<20} ", value);
    }
}

}  // namespace

void show_mounts(TextSink& sink) {
    MountsWriter writer{false, sink};
    ports::proc_processes::vfs().visit_mounts(writer);
}

void show_mount_info(TextSink& sink) {
    MountsWriter writer{true, sink};
    ports::proc_processes::vfs().visit_mounts(writer);
}

void show_limits(task::Process& process, TextSink& sink) {
    static_assert(std::size(k_limits) == task::k_limits);
    sink.print("{:<25} {:<20} {:<20} {:<10}\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (std::size_t i = 0; i < task::k_limits; ++i) {
        task::Limit limit;
        {
            const SpinGuard guard{process.lock};
            limit = process.limits[i];
        }
        sink.print("{:<25} ", k_limits[i].name);
        write_limit(limit.soft, sink);
        write_limit(limit.hard, sink);
        sink.print("{:<10}\n", k_limits[i].unit);
    }
}

}  // namespace phx::fs
