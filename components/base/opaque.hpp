// Values that the compiler must not see through.
#pragma once

namespace phx {

// The same value, of which the compiler knows nothing: not where an address points, not what a comparison is made of.
template <class T>
[[nodiscard, gnu::always_inline]] inline T opaque(T value) {
    asm("" : "+r"(value));
    return value;
}

// The same, and it counts as used: what made it is not left out, and memory is as the program says it is.
template <class T>
[[gnu::always_inline]] inline T used(T value) {
    asm volatile("" : "+r"(value) : : "memory");
    return value;
}

}  // namespace phx
