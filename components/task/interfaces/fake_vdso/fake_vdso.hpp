// Says that it is mapped, always at the same place; nothing is.
#pragma once

#include <task/interfaces/vdso.hpp>

namespace phx::task {

class FakeVdso {
public:
    static constexpr UserAddr k_base{0x7f'1234'5000};
    static constexpr std::uint64_t k_sigreturn = 0x4a0;

    constexpr FakeVdso() = default;

    Result<UserAddr> map(vm::AddressSpace&) {
        ++maps_;
        return refused_ == Errno{} ? Result<UserAddr>{k_base} : refused_;
    }
    [[nodiscard]] UserAddr sigreturn(UserAddr at) const { return at + k_sigreturn; }

    void reset() { *this = {}; }
    void refuse(Errno error) { refused_ = error; }
    [[nodiscard]] unsigned maps() const { return maps_; }

private:
    Errno refused_{};
    unsigned maps_ = 0;
};

}  // namespace phx::task
