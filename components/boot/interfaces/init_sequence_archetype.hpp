#pragma once

#include <boot/interfaces/init_sequence.hpp>

namespace phx::boot::archetype {

struct InitSequence {
    template <class OnFailure>
    void run(OnFailure&& on_failure) {
        on_failure(InitStep{}, Errno::nosys);
    }
};

}  // namespace phx::boot::archetype
