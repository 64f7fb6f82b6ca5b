// From the start-up, which runs on the boot stack and is no thread, to threads.
#pragma once

#include <concepts>

#include <task/interfaces/thread.hpp>

namespace phx::task {

// launch(function, argument): boot context, once, after the init sequence: makes the thread `main` that calls the function; what called
// becomes this CPU's idle thread and does not return.
template <class T>
concept ThreadLauncher = requires(T& launcher, ThreadFunction function, void* argument) {
    { launcher.launch(function, argument) } -> std::same_as<void>;
};

}  // namespace phx::task
