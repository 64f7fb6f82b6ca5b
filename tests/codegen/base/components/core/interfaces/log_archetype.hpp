#pragma once

#include <core/interfaces/log.hpp>

namespace phx::core::archetype {

struct Log {
    void write(std::string_view, std::string_view) {}
};

}  // namespace phx::core::archetype
