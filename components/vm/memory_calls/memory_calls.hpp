// mmap(2), munmap(2), mprotect(2), mremap(2), madvise(2), brk(2), msync(2), mincore(2), mlock(2) and its kin, membarrier(2).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>

namespace phx::vm {

class MemoryCalls {
public:
    constexpr MemoryCalls() = default;

    Result<UserAddr> sys_mmap(UserPtr<void> hint, std::uint64_t size, std::uint32_t protection, std::uint32_t flags, int fd, std::uint64_t offset);
    Result<void> sys_munmap(UserPtr<void> at, std::uint64_t size);
    Result<void> sys_mprotect(UserPtr<void> at, std::uint64_t size, std::uint64_t protection);
    Result<UserAddr> sys_mremap(UserPtr<void> at, std::uint64_t old_size, std::uint64_t new_size, std::uint64_t flags, UserPtr<void> new_at);
    Result<void> sys_madvise(UserPtr<void> at, std::uint64_t size, std::uint32_t advice);
    Result<UserAddr> sys_brk(UserPtr<void> at);
    Result<void> sys_msync(UserPtr<void> at, std::uint64_t size, std::uint32_t flags);
    Result<void> sys_mincore(UserPtr<void> at, std::uint64_t size, UserPtr<std::byte> to);
    Result<void> sys_mlock(UserPtr<void> at, std::uint64_t size) { return sys_mlock2(at, size, 0); }
    Result<void> sys_mlock2(UserPtr<void> at, std::uint64_t size, std::uint32_t flags);
    Result<void> sys_munlock(UserPtr<void> at, std::uint64_t size);
    Result<void> sys_mlockall(std::uint32_t flags);
    Result<void> sys_munlockall();
    Result<std::uint32_t> sys_membarrier(std::int32_t command, std::uint32_t flags, std::int32_t cpu);
};

}  // namespace phx::vm
