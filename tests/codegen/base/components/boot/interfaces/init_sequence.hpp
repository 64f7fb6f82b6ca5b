#pragma once

#include <string_view>

#include <base/errno.hpp>

namespace phx::boot {

struct InitStep {
    std::string_view instance;
    std::string_view component;
    bool fatal;
};

template <class T>
concept InitSequence = requires(T& sequence, void (*on_failure)(const InitStep&, Errno)) { sequence.run(on_failure); };

namespace archetype {
struct InitSequence {
    void run(auto&&) {}
};
}  // namespace archetype

}  // namespace phx::boot
