#include <fs/memfd/memfd.hpp>

#include <array>

#include <fs/interfaces/descriptors.hpp>
#include <linux/memfd.h>
#include <ports/memfd.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {

Result<int> Memfd::sys_memfd_create(UserPtr<const char> name, std::uint32_t flags) {
    constexpr std::string_view prefix = "memfd:";
    constexpr std::size_t most = 249;  // memfd_create(2)
    if ((flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING)) != 0) {
        return Errno::inval;
    }
    std::array<char, prefix.size() + most + 1> label;
    prefix.copy(label.data(), prefix.size());
    const Result<std::string_view> text = vm::string_in(std::span{label}.subspan(prefix.size()), name);
    if (!text) {
        return text.error() == Errno::nametoolong ? Errno::inval : text.error();
    }
    Ref<File> file = TRY(ports::memfd::memory().make_file({label.data(), prefix.size() + text->size()}, (flags & MFD_ALLOW_SEALING) != 0));
    return ports::memfd::descriptors().install(std::move(file), (flags & MFD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
}

}  // namespace phx::fs
