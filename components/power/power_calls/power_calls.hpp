#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>

namespace phx::power {

class PowerCalls {
public:
    Result<void> sys_reboot(std::uint32_t magic, std::uint32_t second_magic, std::uint32_t command, UserPtr<void> text);
};

}  // namespace phx::power
