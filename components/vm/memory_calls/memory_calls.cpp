#include <vm/memory_calls/memory_calls.hpp>

#include <algorithm>
#include <array>
#include <limits>

#include <asm-generic/mman.h>
#include <fs/interfaces/descriptors.hpp>
#include <linux/mman.h>
#include <ports/memory_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/interfaces/virtual_memory.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::vm {
namespace {

[[nodiscard]] auto& memory() { return ports::memory_calls::memory(); }
[[nodiscard]] AddressSpace& space() { return *task::current_user().space; }

// Bits beyond an unsigned int mean nothing that is known.
[[nodiscard]] std::uint32_t narrowed(std::uint64_t bits) {
    return bits > std::numeric_limits<std::uint32_t>::max() ? ~std::uint32_t{0} : static_cast<std::uint32_t>(bits);
}

}  // namespace

Result<UserAddr> MemoryCalls::sys_mmap(UserPtr<void> hint, std::uint64_t size, std::uint32_t protection, std::uint32_t flags, int fd,
                                       std::uint64_t offset) {
    MapRequest request{hint.address(), size, protection, flags, nullptr, offset};
    if ((offset & (k_page_size - 1)) != 0) {
        return Errno::inval;
    }
    if ((flags & MAP_ANONYMOUS) != 0) {
        request.offset = 0;
        return memory().map(space(), request);
    }
    auto* const descriptors = ports::memory_calls::descriptors();
    if (descriptors == nullptr) {
        return Errno::badf;
    }
    const fs::HeldFile file = descriptors->get(fd);
    if (!file) {
        return Errno::badf;
    }
    request.file = &*file;
    return memory().map(space(), request);
}

Result<void> MemoryCalls::sys_munmap(UserPtr<void> at, std::uint64_t size) { return memory().unmap(space(), at.address(), size); }

Result<void> MemoryCalls::sys_mprotect(UserPtr<void> at, std::uint64_t size, std::uint64_t protection) {
    return memory().protect(space(), at.address(), size, narrowed(protection));
}

Result<UserAddr> MemoryCalls::sys_mremap(UserPtr<void> at, std::uint64_t old_size, std::uint64_t new_size, std::uint64_t flags,
                                         UserPtr<void> new_at) {
    return memory().remap(space(), at.address(), old_size, new_size, narrowed(flags), new_at.address());
}

Result<void> MemoryCalls::sys_madvise(UserPtr<void> at, std::uint64_t size, std::uint32_t advice) {
    return memory().advise(space(), at.address(), size, advice);
}

Result<UserAddr> MemoryCalls::sys_brk(UserPtr<void> at) { return memory().set_break(space(), at.address()); }

Result<void> MemoryCalls::sys_msync(UserPtr<void> at, std::uint64_t size, std::uint32_t flags) {
    return memory().sync(space(), at.address(), size, flags);
}

Result<void> MemoryCalls::sys_mincore(UserPtr<void> at, std::uint64_t size, UserPtr<std::byte> to) {
    UserAddr page = at.address();
    if (!page.is_aligned(k_page_size)) {
        return Errno::inval;
    }
    if (size > memory().end().value() || page.value() > memory().end().value() - size) {
        return Errno::nomem;
    }
    std::uint64_t left = (size + k_page_size - 1) / k_page_size;
    if (!in_user_half(to.address(), left)) {
        return Errno::fault;
    }
    std::array<std::byte, 256> bytes;
    while (left != 0) {
        const std::span part = std::span{bytes}.first(std::min<std::uint64_t>(left, bytes.size()));
        TRY(memory().resident(space(), page, part));
        TRY(copy_out(to.address(), part.data(), part.size()));
        page += part.size() * k_page_size;
        to = to + part.size();
        left -= part.size();
    }
    return {};
}

Result<void> MemoryCalls::sys_mlock2(UserPtr<void> at, std::uint64_t size, std::uint32_t flags) {
    if ((flags & ~static_cast<std::uint32_t>(MLOCK_ONFAULT)) != 0) {
        return Errno::inval;
    }
    return memory().lock(space(), at.address(), size, (flags & MLOCK_ONFAULT) != 0 ? LockMode::on_fault : LockMode::at_once);
}

Result<void> MemoryCalls::sys_munlock(UserPtr<void> at, std::uint64_t size) {
    return memory().lock(space(), at.address(), size, LockMode::none);
}

Result<void> MemoryCalls::sys_mlockall(std::uint32_t flags) {
    constexpr std::uint32_t k_known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
    if ((flags & ~k_known) != 0 || (flags & (MCL_CURRENT | MCL_FUTURE)) == 0) {
        return Errno::inval;
    }
    const LockMode mode = (flags & MCL_ONFAULT) != 0 ? LockMode::on_fault : LockMode::at_once;
    return memory().lock_all(space(), (flags & MCL_CURRENT) != 0 ? mode : LockMode::none, (flags & MCL_FUTURE) != 0 ? mode : LockMode::none);
}

Result<void> MemoryCalls::sys_munlockall() { return memory().lock_all(space(), LockMode::none, LockMode::none); }

}  // namespace phx::vm
