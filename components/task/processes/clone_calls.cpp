// What clone(2), clone3(2) and unshare(2) may be asked for.
#include <task/processes/processes.hpp>

#include <linux/sched.h>

#include <linux/capability.h>
#include <ports/processes.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

constexpr std::uint64_t k_namespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// Without namespaces, asking for one gives what Linux gives where it was built without.
Result<void> refuse_namespaces(std::uint64_t flags) {
    if ((flags & k_namespaces) == 0) {
        return {};
    }
    const bool privileged = current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_ADMIN);
    return (flags & k_namespaces & ~std::uint64_t{CLONE_NEWUSER}) != 0 && !privileged ? Errno::perm : Errno::inval;
}

// clone(2), under EINVAL.
Result<void> check(const CloneRequest& request) {
    const bool wants_new_root = request.has(CLONE_NEWNS) || request.has(CLONE_NEWUSER);
    if ((wants_new_root && request.has(CLONE_FS)) || (request.has(CLONE_THREAD) && !request.has(CLONE_SIGHAND)) ||
        (request.has(CLONE_SIGHAND) && !request.has(CLONE_VM)) || (request.has(CLONE_SIGHAND) && request.has(CLONE_CLEAR_SIGHAND)) ||
        (request.has(CLONE_PARENT) && current_process().pid == 1) || request.has(CLONE_PIDFD)) {
        return Errno::inval;
    }
    return refuse_namespaces(request.flags);
}

// The structure may be a newer or an older one than ours (clone3(2)).
Result<clone_args> read_arguments(UserPtr<void> from, std::size_t size) {
    if (size > k_page_size) {
        return Errno::toobig;
    }
    if (size < CLONE_ARGS_SIZE_VER0) {
        return Errno::inval;
    }
    clone_args arguments{};
    TRY(vm::copy_in(&arguments, from.address(), size < sizeof(arguments) ? size : sizeof(arguments)));
    for (std::size_t done = sizeof(arguments); done < size;) {
        std::array<std::byte, 64> rest{};
        const std::size_t part = size - done < rest.size() ? size - done : rest.size();
        TRY(vm::copy_in(rest.data(), from.address() + done, part));
        for (std::size_t i = 0; i < part; ++i) {
            if (rest[i] != std::byte{}) {
                return Errno::toobig;
            }
        }
        done += part;
    }
    return arguments;
}

// One number at most, as there are no namespaces in which it would have others.
Result<Pid> wanted_pid(const clone_args& arguments) {
    constexpr std::uint64_t k_most_levels = 32;
    if (arguments.set_tid_size > k_most_levels || (arguments.set_tid == 0) != (arguments.set_tid_size == 0)) {
        return Errno::inval;
    }
    if (arguments.set_tid_size == 0) {
        return 0;
    }
    const Credentials& own = *current_user().credentials.load(std::memory_order_relaxed);
    const Pid pid = TRY(vm::read(UserPtr<const Pid>{arguments.set_tid}));
    if (arguments.set_tid_size > 1 || pid < 1) {
        return Errno::inval;
    }
    if (!own.has(CAP_SYS_ADMIN) && !own.has(CAP_CHECKPOINT_RESTORE)) {
        return Errno::perm;
    }
    return pid;
}

}  // namespace

Result<Pid> ProcessTree::sys_clone(arch::UserFrame& frame, std::uint64_t flags, std::uint64_t stack, UserPtr<Pid> parent_tid,
                                   std::uint64_t thread_pointer, UserPtr<Pid> child_tid) {
    const CloneRequest request{.flags = flags & 0xffff'ffff & ~std::uint64_t{CSIGNAL},
                               .exit_signal = static_cast<int>(flags & CSIGNAL),
                               .stack = stack,
                               .thread_pointer = thread_pointer,
                               .parent_tid = parent_tid,
                               .child_tid = child_tid};
    TRY(check(request));
    return clone(frame, request);
}

Result<Pid> ProcessTree::sys_clone3(arch::UserFrame& frame, UserPtr<void> from, std::size_t size) {
    const clone_args arguments = TRY(read_arguments(from, size));
    constexpr std::uint64_t k_known = 0xffff'ffff | CLONE_CLEAR_SIGHAND;
    const bool is_thread_or_sibling = (arguments.flags & (CLONE_THREAD | CLONE_PARENT)) != 0;
    if ((arguments.flags & ~k_known) != 0 || (arguments.flags & (CLONE_DETACHED | CSIGNAL)) != 0 || arguments.exit_signal > k_signals ||
        (is_thread_or_sibling && arguments.exit_signal != 0) || (arguments.stack == 0) != (arguments.stack_size == 0)) {
        return Errno::inval;
    }
    CloneRequest request{.flags = arguments.flags,
                         .exit_signal = static_cast<int>(arguments.exit_signal),
                         .stack = arguments.stack + arguments.stack_size,
                         .thread_pointer = arguments.tls,
                         .parent_tid = UserPtr<Pid>{arguments.parent_tid},
                         .child_tid = UserPtr<Pid>{arguments.child_tid}};
    request.pid = TRY(wanted_pid(arguments));
    TRY(check(request));
    return clone(frame, request);
}

Result<void> ProcessTree::sys_unshare(std::uint64_t flags) {
    constexpr std::uint64_t k_of_threads = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM;
    constexpr std::uint64_t k_known = k_of_threads | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | k_namespaces;
    Process& process = current_process();
    const bool alone = process.thread_count == 1 && !process.shares_memory;
    if ((flags & ~k_known) != 0 || ((flags & k_of_threads) != 0 && !alone)) {
        return Errno::inval;
    }
    TRY(refuse_namespaces(flags));
    auto* files = ports::processes::files();
    if (files == nullptr) {
        return {};
    }
    if ((flags & CLONE_FS) != 0) {
        TRY(files->unshare_context());
    }
    if ((flags & CLONE_FILES) != 0) {
        TRY(files->unshare_table());
    }
    return {};
}

}  // namespace phx::task
