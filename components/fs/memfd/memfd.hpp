// memfd_create(2).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>

namespace phx::fs {

class Memfd {
public:
    constexpr Memfd() = default;

    Result<int> sys_memfd_create(UserPtr<const char> name, std::uint32_t flags);
};

}  // namespace phx::fs
