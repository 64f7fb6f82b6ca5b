// Text out, characters in: the machine's own terminal.
#pragma once

#include <concepts>
#include <string_view>

#include <base/result.hpp>

namespace phx::console {

//   write(text)        any context, also before init (then by polling); '\n' goes out as "\r\n". May be queued
//   write_now(text)    any context, even a broken one: by polling, past all queues and without locks; returns when the
//   device has it flush()            until the device has all that was written read()             thread context, waits
//   for a character; ENODEV if the console has no input
template <class T>
concept Console = requires(T& console, std::string_view text) {
    { console.write(text) } -> std::same_as<void>;
    { console.write_now(text) } -> std::same_as<void>;
    { console.flush() } -> std::same_as<void>;
    { console.read() } -> std::same_as<Result<char>>;
};

}  // namespace phx::console
