#pragma once

#include <core/interfaces/command.hpp>

namespace phx::core {

class HelloCommand final : public Command {
public:
    int run() override;
};

}  // namespace phx::core
