#pragma once

#include <string_view>

namespace phx::core {

template <class T>
concept Log = requires(T& log) { log.write(std::string_view{}, std::string_view{}); };

template <class Provider>
struct Logger {
    Provider& log;
    std::string_view tag;

    void say(std::string_view text) const { log.write(tag, text); }
};
template <class Provider>
Logger(Provider&, std::string_view) -> Logger<Provider>;

}  // namespace phx::core
