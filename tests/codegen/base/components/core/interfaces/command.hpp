#pragma once

namespace phx::core {

class Command {
public:
    virtual int run() = 0;

protected:
    ~Command() = default;
};

}  // namespace phx::core
