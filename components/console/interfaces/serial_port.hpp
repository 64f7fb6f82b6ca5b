// A serial line for a terminal: characters as they are, and who is told of those that come in.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

namespace phx::console {

// Any context.
//   send(text)   as many as there is room for, queued; `SerialInput::on_room` follows once there is more. In order with what Console writes
//   resume()     SerialInput has room again for what came in
template <class T>
concept SerialPort = requires(T& port, std::span<const char> text) {
    { port.send(text) } -> std::same_as<std::size_t>;
    { port.resume() } -> std::same_as<void>;
};

// Any context but interrupts mostly; no lock of the port's is held.
//   receive(text)  what came in: as many as it took. The rest is offered again after resume()
//   on_break()     the line was held low
//   on_room()      send() takes more
template <class T>
concept SerialInput = requires(T& input, std::span<const char> text) {
    { input.receive(text) } -> std::same_as<std::size_t>;
    { input.on_break() } -> std::same_as<void>;
    { input.on_room() } -> std::same_as<void>;
};

}  // namespace phx::console
