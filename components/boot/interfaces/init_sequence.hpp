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

// Told of each step that fails, and of each that is skipped because one that it needs failed (then with Errno::canceled). After a fatal
// step it must not return. Boot context.
class InitObserver {
public:
    virtual void on_failure(const InitStep& step, Errno error) = 0;

protected:
    ~InitObserver() = default;
};

//   run(observer)      boot context, once
//   run_cpu(observer)  on each further CPU, interrupts masked, once and after run: every `init_cpu` in the order of start-up, but for
//                      instances that were not started
template <class T>
concept InitSequence = requires(T& sequence, InitObserver& observer) {
    { sequence.run(observer) } -> std::same_as<void>;
    { sequence.run_cpu(observer) } -> std::same_as<void>;
};

}  // namespace phx::boot
