// Who implements which system call in this graph. Generated.
#include <generated/system_calls.hpp>

#include <array>
#include <cstdint>

#include <base/errno.hpp>

namespace phx::wiring {

namespace {

void other(::phx::arch::UserFrame& frame) {
    frame.x[0] = static_cast<std::uint64_t>(-static_cast<std::int64_t>(::phx::Errno::nosys));
}

}  // namespace

void SystemCalls::dispatch(::phx::arch::UserFrame& frame) {
    other(frame);
}

}  // namespace phx::wiring
