#pragma once


namespace phx::core {

class FakeClock {
public:
    long now();
};

}  // namespace phx::core
