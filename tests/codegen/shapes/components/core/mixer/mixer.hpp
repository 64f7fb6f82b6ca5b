#pragma once

#include <base/result.hpp>
#include <params/mixer.hpp>

namespace phx::core {

class Mixer {
public:
    constexpr explicit Mixer(const params::mixer::Instance& own) : own_{own} {}
    Result<void> begin();

private:
    const params::mixer::Instance& own_;
};

}  // namespace phx::core
