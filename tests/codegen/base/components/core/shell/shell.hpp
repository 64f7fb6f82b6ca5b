#pragma once


namespace phx::core {

class Shell {
public:
    void start();
};

}  // namespace phx::core
