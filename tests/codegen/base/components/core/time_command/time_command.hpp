#pragma once

#include <core/interfaces/command.hpp>

namespace phx::core {

class TimeCommand final : public Command {
public:
    int run() override;
};

}  // namespace phx::core
