// The graph's start-up, one call per instance in the order of its init edges. The wiring provides it.
#pragma once

#include <concepts>
#include <string_view>

#include <base/errno.hpp>

namespace phx::boot {

struct InitStep {
    std::string_view instance;
    std::string_view component;
    bool fatal;  // on_fail: panic
};

// run(on_failure): boot context, once. on_failure(step, error) is called for each step that fails or is skipped because one
// that it needs failed (then with Errno::canceled); after a fatal one it must not return.
template <class T>
concept InitSequence = requires(T& sequence, void (*on_failure)(const InitStep&, Errno)) { sequence.run(on_failure); };

}  // namespace phx::boot
