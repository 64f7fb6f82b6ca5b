#pragma once

#include <base/result.hpp>
#include <params/uart.hpp>

namespace phx::core {

class Uart {
public:
    constexpr explicit Uart(const params::uart::Instance& own) : own_{own} {}
    Result<void> init();
    Result<void> init_cpu();
    void on_interrupt();

private:
    const params::uart::Instance& own_;
};

}  // namespace phx::core
