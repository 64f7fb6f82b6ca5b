#pragma once

namespace phx::core {

class Disk {
public:
    virtual int run() = 0;

protected:
    ~Disk() = default;
};

}  // namespace phx::core
