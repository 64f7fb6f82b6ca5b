// The vDSO: image.S, and where it is mapped.
#pragma once

#include <array>

#include <base/result.hpp>
#include <base/user.hpp>
#include <task/interfaces/vdso.hpp>

namespace phx::arch {

class VdsoImage {
public:
    constexpr VdsoImage() = default;

    Result<void> init();

    // Vdso
    Result<UserAddr> map(vm::AddressSpace& space);
    [[nodiscard]] UserAddr sigreturn(UserAddr at) const;

private:
    Result<void> map_code(vm::AddressSpace& space, UserAddr& at);

    std::array<Frame, 2> frames_;  // clock page, code; mappings refer to them
};

}  // namespace phx::arch
