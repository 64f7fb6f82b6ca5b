// Who implements which system call in this graph. Generated.
#include <generated/system_calls.hpp>

#include <array>
#include <cstdint>

#include <core/handles/handles.hpp>
#include <core/refuser/refuser.hpp>
#include <syscall/interfaces/adaptor.hpp>

namespace phx::wiring {

extern constinit ::phx::core::Handles handles;
extern constinit ::phx::core::Refuser refuser;

namespace {

void other(::phx::arch::UserFrame& frame) {
    ::phx::wiring::refuser.refuse(frame);
}

void dup3_call(::phx::arch::UserFrame& frame) {
    ::phx::syscall::invoke<&::phx::core::Handles::sys_dup3>(::phx::wiring::handles, frame);
}

void fcntl_call(::phx::arch::UserFrame& frame) {
    ::phx::syscall::invoke<&::phx::core::Handles::sys_fcntl>(::phx::wiring::handles, frame);
}

constexpr std::array<void (*)(::phx::arch::UserFrame&), 26> table_{{
    other, other, other, other, other, other, other, other, other, other, other, other, other, other, other, other,  // 0 to 15
    other, other, other, other, other, other, other, other,  // 16 to 23
    dup3_call,  // 24, handles
    fcntl_call,  // 25, handles
}};

}  // namespace

void SystemCalls::dispatch(::phx::arch::UserFrame& frame) {
    const auto number = static_cast<std::uint64_t>(frame.call);
    if (number < table_.size()) [[likely]] {
        table_[number](frame);
    } else {
        other(frame);
    }
}

}  // namespace phx::wiring
