#include <fs/mount_calls/mount_calls.hpp>

#include <fs/file_objects/user_path.hpp>
#include <fs/interfaces/descriptors.hpp>
#include <linux/capability.h>
#include <memory/interfaces/context.hpp>
#include <ports/mount_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

constexpr std::uint32_t k_umount_no_follow = 8;  // UMOUNT_NOFOLLOW, which uapi leaves to the C library

[[nodiscard]] const task::Credentials& own_credentials() {
    return *task::current_user().credentials.load(std::memory_order_relaxed);
}

// Up to a page of text; no pointer, no text.
class Options {
public:
    Options() = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    ~Options() {
        if (room_ != nullptr) {
            ports::mount_calls::heap().free(room_, k_page_size);
        }
    }
    Result<std::string_view> read(UserPtr<const char> from) {
        if (from.is_null()) {
            return std::string_view{};
        }
        room_ = static_cast<char*>(TRY(memory::allocate(ports::mount_calls::heap(), k_page_size, 1, memory::MaySleep{})));
        const std::size_t size = vm::copy_in_some(room_, from.address(), k_page_size - 1);
        if (size == 0) {
            return Errno::fault;
        }
        const std::string_view text{room_, size};
        return text.substr(0, text.find('\0'));
    }

private:
    char* room_ = nullptr;
};

[[nodiscard]] Result<Path> resolve(UserPtr<const char> from, std::uint32_t walk) {
    UserPath text;
    return ports::mount_calls::vfs().resolve(nullptr, TRY(text.read(from)), {walk});
}

}  // namespace

Result<void> MountCalls::sys_mount(UserPtr<const char> source, UserPtr<const char> target, UserPtr<const char> type, std::uint64_t flags,
                                   UserPtr<const char> options) {
    UserPath type_text;
    UserPath source_text;
    Options option_text;
    const std::string_view type_name = type.is_null() ? std::string_view{} : TRY(type_text.read(type));
    const std::string_view source_name = source.is_null() ? std::string_view{} : TRY(source_text.read(source));
    const std::string_view option_words = TRY(option_text.read(options));
    const Path place = TRY(resolve(target, Walk::follow_last));
    if ((flags & MS_MGC_MSK) == MS_MGC_VAL) {
        flags &= ~std::uint64_t{MS_MGC_MSK};
    }
    const bool is_new = (flags & (MS_REMOUNT | MS_BIND | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)) == 0;
    if (is_new && type.is_null()) {
        return Errno::inval;
    }
    return ports::mount_calls::vfs().mount(source_name, place, type_name, static_cast<std::uint32_t>(flags), option_words);
}

Result<void> MountCalls::sys_umount2(UserPtr<const char> target, std::uint32_t flags) {
    Path place = TRY(resolve(target, (flags & k_umount_no_follow) == 0 ? Walk::follow_last : 0U));
    return ports::mount_calls::vfs().unmount(place, flags);
}

Result<void> MountCalls::sys_pivot_root(UserPtr<const char> new_root, UserPtr<const char> put_old) {
    if (!own_credentials().has(CAP_SYS_ADMIN)) {
        return Errno::perm;
    }
    const Path fresh = TRY(resolve(new_root, Walk::follow_last | Walk::must_be_directory));
    const Path place = TRY(resolve(put_old, Walk::follow_last | Walk::must_be_directory));
    auto& descriptors = ports::mount_calls::descriptors();
    const Path old = descriptors.root_of(*task::current_user().context);
    TRY(ports::mount_calls::vfs().pivot_root(fresh, place));
    descriptors.replace_in(*task::current_user().context, old, fresh);
    if (auto* processes = ports::mount_calls::processes()) {
        // Nobody's last reference goes here: `old` is held.
        processes->for_each([&](task::Process& process) {
            const SpinGuard guard{process.lock};
            for (task::UserThread& thread : process.threads) {
                if (thread.context != nullptr) {
                    descriptors.replace_in(*thread.context, old, fresh);
                }
            }
        });
    }
    return {};
}

Result<void> MountCalls::sys_chroot(UserPtr<const char> path) {
    const Path directory = TRY(resolve(path, Walk::follow_last | Walk::must_be_directory));
    TRY(ports::mount_calls::vfs().may(directory, 1));
    if (!own_credentials().has(CAP_SYS_CHROOT)) {
        return Errno::perm;
    }
    ports::mount_calls::descriptors().set_root(*task::current_user().context, directory);
    return {};
}

}  // namespace phx::fs
