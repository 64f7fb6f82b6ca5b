// Where programs and their words come from: another program, or the kernel.
#include <algorithm>
#include <optional>

#include <arch/resource_abi.hpp>
#include <base/format.hpp>
#include <fs/file_objects/user_path.hpp>
#include <fs/interfaces/abi.hpp>
#include <fs/interfaces/descriptors.hpp>
#include <fs/interfaces/vfs.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/exec.hpp>
#include <task/exec/exec.hpp>
#include <task/exec/execution.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {
namespace {

class NewExecution {
public:
    explicit NewExecution(Execution& execution) : execution_{execution} {}
    ~NewExecution() { memory::destroy(ports::exec::heap(), &execution_); }
    NewExecution(const NewExecution&) = delete;
    NewExecution& operator=(const NewExecution&) = delete;
    [[nodiscard]] Execution& operator*() const { return execution_; }
    [[nodiscard]] Execution* operator->() const { return &execution_; }

private:
    Execution& execution_;
};

// execve(2), "Limits on size of arguments and environment": a quarter of the stack's limit, but at least 128 KiB and at most 6 MiB.
[[nodiscard]] std::size_t words_limit() {
    constexpr std::uint64_t k_least = 128 * KiB;
    constexpr std::uint64_t k_most = 6 * MiB;
    return std::clamp(current_process().limits[RLIMIT_STACK].soft / 4, k_least, k_most);
}

[[nodiscard]] std::size_t left_of(std::size_t limit, const Words& words) {
    const std::size_t used = words.size() + words.count() * sizeof(std::uint64_t);
    return used < limit ? limit - used : 0;
}

// A descriptor's file has FD_CLOEXEC.
class CloseOnExec final : public fs::DescriptorVisitor {
public:
    explicit CloseOnExec(int fd) : fd_{fd} {}
    bool descriptor(int fd, fs::File&, bool close_on_exec) override {
        is_set_ = fd == fd_ && close_on_exec;
        return false;
    }
    [[nodiscard]] bool is_set() const { return is_set_; }

private:
    int fd_;
    bool is_set_ = false;
};

}  // namespace

Result<void> ProgramLoader::execute(std::string_view path, std::span<const std::string_view> arguments,
                                    std::span<const std::string_view> environment) {
    const NewExecution execution{*TRY(memory::create<Execution>(ports::exec::heap(), memory::MaySleep{}))};
    execution->path = path;
    Ref<fs::File> file = TRY(ports::exec::vfs().open(nullptr, path, O_RDONLY | fs::k_open_to_execute, 0, {}));
    for (const std::string_view word : arguments) {
        TRY(execution->arguments.add(word));
    }
    for (const std::string_view word : environment) {
        TRY(execution->environment.add(word));
    }
    return run(*execution, std::move(file));
}

Result<void> ProgramLoader::run_from_user(Ref<fs::File> file, std::string_view path, UserPtr<const std::uint64_t> arguments,
                                          UserPtr<const std::uint64_t> environment, bool is_reachable) {
    const NewExecution execution{*TRY(memory::create<Execution>(ports::exec::heap(), memory::MaySleep{}))};
    execution->path = path;
    execution->is_reachable = is_reachable;
    std::size_t limit = words_limit();
    execution->arguments.set_limit(limit);
    TRY(execution->arguments.add_all_from(arguments));
    if (execution->arguments.count() == 0) {
        TRY(execution->arguments.add(""));  // as Linux since 5.18: no program is without its name
    }
    limit = left_of(limit, execution->arguments);
    execution->environment.set_limit(limit);
    TRY(execution->environment.add_all_from(environment));
    execution->before.set_limit(left_of(limit, execution->environment));
    return run(*execution, std::move(file));
}

Result<void> ProgramLoader::sys_execve(UserPtr<const char> from, UserPtr<const std::uint64_t> arguments,
                                       UserPtr<const std::uint64_t> environment) {
    fs::UserPath path;
    const std::string_view text = TRY(path.read(from));
    Ref<fs::File> file = TRY(ports::exec::vfs().open(nullptr, text, O_RDONLY | fs::k_open_to_execute, 0, {}));
    return run_from_user(std::move(file), text, arguments, environment, true);
}

Result<void> ProgramLoader::sys_execveat(int directory, UserPtr<const char> from, UserPtr<const std::uint64_t> arguments,
                                         UserPtr<const std::uint64_t> environment, int flags) {
    if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) != 0) {
        return Errno::inval;
    }
    fs::UserPath path;
    const std::string_view text = TRY(path.read(from));
    const std::uint32_t no_follow = (flags & AT_SYMLINK_NOFOLLOW) != 0 ? O_NOFOLLOW : 0;
    const fs::Walk walk{(flags & AT_EMPTY_PATH) != 0 ? std::uint32_t{fs::Walk::empty_is_base} : 0};
    auto& vfs = ports::exec::vfs();
    if (directory == AT_FDCWD || text.starts_with('/')) {
        Ref<fs::File> file = TRY(vfs.open(nullptr, text, O_RDONLY | fs::k_open_to_execute | no_follow, 0, walk));
        return run_from_user(std::move(file), text, arguments, environment, true);
    }
    const fs::HeldFile held = ports::exec::files().get_any(directory);
    if (!held) {
        return Errno::badf;
    }
    const fs::Path base = TRY(vfs.path_of(*held));
    Ref<fs::File> file = TRY(vfs.open(&base, text, O_RDONLY | fs::k_open_to_execute | no_follow, 0, walk));
    CloseOnExec close{directory};
    ports::exec::files().visit(*current_user().files, directory, close);
    // The name by which the program, or a script's interpreter, can open it (execveat(2)).
    constexpr std::size_t k_longest = 4096 + 32;
    auto& heap = ports::exec::heap();
    auto* const name = static_cast<char*>(TRY(memory::allocate(heap, k_longest, 1, memory::MaySleep{})));
    const Result<void> done = run_from_user(std::move(file), format_to({name, k_longest}, "/dev/fd/{}{}{}", directory, text.empty() ? "" : "/", text),
                                            arguments, environment, !close.is_set());
    heap.free(name, k_longest);
    return done;
}

}  // namespace phx::task
