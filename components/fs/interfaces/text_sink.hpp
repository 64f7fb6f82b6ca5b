// Where a text is written, piece by piece.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include <base/format.hpp>

namespace phx::fs {

class TextSink {
public:
    virtual void write(std::string_view text) = 0;

    // One formatted piece of at most 256 characters.
    template <Formattable... Args>
    void print(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
        const std::array<FormatArg, sizeof...(Args)> erased{make_format_arg(args)...};
        vprint(format.text(), erased);
    }

protected:
    ~TextSink() = default;

private:
    void vprint(std::string_view format, std::span<const FormatArg> args) {
        std::array<char, 256> buffer;
        write(vformat_to(buffer, format, args));
    }
};

}  // namespace phx::fs
