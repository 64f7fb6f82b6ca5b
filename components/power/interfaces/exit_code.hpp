// Telling an emulator or debugger how the kernel ended.
#pragma once

#include <concepts>

namespace phx::power {

// Any context. report does not return if somebody listens: the emulator then ends with `status`.
template <class T>
concept ExitCode = requires(T& exit, int status) {
    { exit.report(status) } -> std::same_as<void>;
};

}  // namespace phx::power
