#pragma once


namespace phx::core {

class Bump {
public:
    long take();
};

}  // namespace phx::core
