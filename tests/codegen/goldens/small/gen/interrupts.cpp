// Which handler serves which line in graph small. Generated.
#include <generated/device_interrupts.hpp>
#include <core/timer/timer.hpp>
#include <core/uart/uart.hpp>

namespace phx::wiring {

extern constinit ::phx::core::Uart console;
extern constinit ::phx::core::Timer timer;
extern constinit ::phx::core::Uart uart;

bool DeviceInterrupts::dispatch([[maybe_unused]] ::phx::IrqLine line) {
    // /timer
    if (line == ::phx::IrqLine{27}) {
        ::phx::wiring::timer.on_tick();
        return true;
    }
    // /soc@40000000/serial@1000
    if (line == ::phx::IrqLine{33}) {
        ::phx::wiring::uart.on_interrupt();
        return true;
    }
    // /soc@40000000/serial@2000
    if (line == ::phx::IrqLine{34}) {
        ::phx::wiring::console.on_interrupt();
        return true;
    }
    return false;
}

}  // namespace phx::wiring
