// Who takes the processor's exceptions.
#pragma once

#include <concepts>

namespace phx::boot {

// install(): boot context, once per CPU; from then on every exception is reported or handled.
template <class T>
concept ExceptionVectors = requires(T& vectors) {
    { vectors.install() } -> std::same_as<void>;
};

}  // namespace phx::boot
