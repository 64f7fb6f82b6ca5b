// Which handler serves which line in this graph. Generated.
#include <generated/device_interrupts.hpp>
#include <core/timer/timer.hpp>
#include <core/uart/uart.hpp>

namespace phx::wiring {

extern constinit ::phx::core::Uart console;
extern constinit ::phx::core::Timer timer;
extern constinit ::phx::core::Uart uart;

std::size_t DeviceInterrupts::dispatch([[maybe_unused]] ::phx::IrqLine line) {
    switch (line.id()) {
    case 0:  // software interrupt poke
        ::phx::wiring::timer.on_poke();
        return 0;
    case 1:  // software interrupt stop
        ::phx::wiring::timer.on_stop();
        return 1;
    case 27:  // /timer
        ::phx::wiring::timer.on_tick();
        return 2;
    case 33:  // /soc@40000000/serial@1000
        ::phx::wiring::uart.on_interrupt();
        return 3;
    case 34:  // /soc@40000000/serial@2000
        ::phx::wiring::console.on_interrupt();
        return 4;
    default:
        return 5;
    }
}

}  // namespace phx::wiring
