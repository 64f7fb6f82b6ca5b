// The kernel log. A port of this interface yields a Logger, which carries the user's name as the tag.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <base/format.hpp>
#include <base/types.hpp>

namespace phx::log {

enum class Level : std::uint8_t { error, warning, info, debug };

struct Record {
    std::uint64_t sequence;  // 0 for the first message since boot
    Nanoseconds time;
    Level level;
    std::string_view tag;    // valid for good
    std::string_view text;   // valid until the reader's buffer is used again
};

// Any context.
//   write(level, tag, format, args)  one message, without a line end; cut at 200 characters. `tag` is never copied
//   next(sequence, buffer)           the first message kept that is not older than `sequence`; none: there is no newer one
//   lowest                           messages below this severity are not compiled in
template <class T>
concept Log = requires(T& log, Level level, std::string_view text, std::span<const FormatArg> args, std::uint64_t sequence,
                       std::span<char> buffer) {
    { log.write(level, text, text, args) } -> std::same_as<void>;
    { log.next(sequence, buffer) } -> std::same_as<std::optional<Record>>;
    { T::lowest } -> std::convertible_to<Level>;
};

// What a component logs through: `ports::x::log().info("{} lines", n)`. Formats are checked when compiled; levels below the provider's
// `lowest` cost nothing.
template <Log Provider>
class Logger {
public:
    constexpr Logger(Provider& log, std::string_view tag) : log_{log}, tag_{tag} {}

    template <Formattable... Args>
    void error(FormatString<std::type_identity_t<Args>...> format, const Args&... args) const {
        put<Level::error>(format.text(), args...);
    }
    template <Formattable... Args>
    void warning(FormatString<std::type_identity_t<Args>...> format, const Args&... args) const {
        put<Level::warning>(format.text(), args...);
    }
    template <Formattable... Args>
    void info(FormatString<std::type_identity_t<Args>...> format, const Args&... args) const {
        put<Level::info>(format.text(), args...);
    }
    template <Formattable... Args>
    void debug(FormatString<std::type_identity_t<Args>...> format, const Args&... args) const {
        put<Level::debug>(format.text(), args...);
    }
    // The log itself, for readers.
    [[nodiscard]] constexpr Provider& source() const { return log_; }

private:
    template <Level L, Formattable... Args>
    void put(std::string_view format, const Args&... args) const {
        if constexpr (L <= Provider::lowest) {
            write(L, format, args...);
        }
    }
    // One instance for all levels.
    template <Formattable... Args>
    void write(Level level, std::string_view format, const Args&... args) const {
        const std::array<FormatArg, sizeof...(Args)> erased{make_format_arg(args)...};
        log_.write(level, tag_, format, erased);
    }

    Provider& log_;
    std::string_view tag_;
};

}  // namespace phx::log
