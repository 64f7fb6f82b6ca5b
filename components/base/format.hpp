// Text formatting into a caller's buffer: no allocation, no floats, no indirect calls. The format string is checked
// against the arguments when the program is compiled.
//
//   std::array<char, 64> text;
//   std::string_view s = format_to(text, "{} pages at {:#x}", count, base);
//
// A replacement field is `{[:[<][#][0][width][x|d|c]]}`: `<` left-aligns, `#` prefixes 0x, `0` pads with zeros. `{{` and `}}`
// are braces. Integers, bool, char, text, pointers, enums with a `format_as` found by ADL, and the strong types of base.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <base/errno.hpp>
#include <base/types.hpp>

namespace phx {

struct Hex {
    std::uint64_t value;
};

constexpr Hex format_as(PhysAddr a) { return Hex{a.value()}; }
constexpr Hex format_as(VirtAddr a) { return Hex{a.value()}; }
constexpr std::uint64_t format_as(Frame f) { return f.number(); }
constexpr std::uint64_t format_as(IrqLine line) { return line.id(); }
constexpr std::int64_t format_as(Nanoseconds n) { return n.count(); }
inline std::string_view format_as(Errno error) { return errno_name(error); }

// One argument, its type erased to one of the few that the formatter knows.
class FormatArg {
public:
    enum class Kind : std::uint8_t { signed_, unsigned_, hex, boolean, character, text };

    constexpr FormatArg(bool v) : kind_{Kind::boolean}, number_{v} {}                                      // NOLINT
    constexpr FormatArg(char v) : kind_{Kind::character}, number_{static_cast<unsigned char>(v)} {}        // NOLINT
    constexpr FormatArg(std::signed_integral auto v) : kind_{Kind::signed_}, number_{static_cast<std::uint64_t>(static_cast<std::int64_t>(v))} {}  // NOLINT
    constexpr FormatArg(std::unsigned_integral auto v) : kind_{Kind::unsigned_}, number_{v} {}             // NOLINT
    constexpr FormatArg(Hex v) : kind_{Kind::hex}, number_{v.value} {}                                     // NOLINT
    constexpr FormatArg(std::string_view v) : kind_{Kind::text}, size_{static_cast<std::uint32_t>(v.size())}, text_{v.data()} {}  // NOLINT
    constexpr FormatArg(const char* v) : FormatArg{std::string_view{v}} {}                                 // NOLINT
    FormatArg(const void* v) : kind_{Kind::hex}, number_{reinterpret_cast<std::uintptr_t>(v)} {}           // NOLINT

    [[nodiscard]] constexpr Kind kind() const { return kind_; }
    [[nodiscard]] constexpr std::uint64_t number() const { return number_; }
    [[nodiscard]] constexpr std::string_view text() const { return {text_, size_}; }

private:
    Kind kind_;
    std::uint32_t size_ = 0;
    union {
        std::uint64_t number_;
        const char* text_;
    };
};

template <class T>
concept HasFormatAs = requires(const T& value) { FormatArg{format_as(value)}; };

template <class T>
concept Formattable = HasFormatAs<T> || requires(const T& value) { FormatArg{value}; };

template <Formattable T>
constexpr FormatArg make_format_arg(const T& value) {
    if constexpr (HasFormatAs<T>) {
        return FormatArg{format_as(value)};
    } else {
        return FormatArg{value};
    }
}

struct FormatSpec {
    bool left = false;
    bool prefix = false;
    bool zero = false;
    std::uint8_t width = 0;
    char type = 0;  // 0, 'x', 'd' or 'c'

    // Parses what stands between ':' and '}'. False: not a valid specification.
    constexpr bool parse(std::string_view text);
};

constexpr bool FormatSpec::parse(std::string_view text) {
    enum Part { none, alignment, alternative, zero_padding, digits, letter } last = none;  // in the order they may come
    unsigned columns = 0;
    for (const char c : text) {
        Part part = letter;
        if (c == '<') {
            part = alignment;
            left = true;
        } else if (c == '#') {
            part = alternative;
            prefix = true;
        } else if (c == '0' && last < zero_padding) {
            part = zero_padding;
            zero = true;
        } else if (c >= '0' && c <= '9') {
            part = digits;
            columns = columns * 10 + static_cast<unsigned>(c - '0');
        } else {
            type = c;
        }
        if (part < last || (part == last && part != digits) || columns > 128) {
            return false;
        }
        last = part;
    }
    width = static_cast<std::uint8_t>(columns);
    return type == 0 || type == 'x' || type == 'd' || type == 'c';
}

namespace detail {
// Never defined: a call while a format string is checked is the compile error, and its name the message.
void format_error_unmatched_brace();
void format_error_bad_specification();
void format_error_more_fields_than_arguments();
void format_error_more_arguments_than_fields();

template <class T>
constexpr bool is_text = std::convertible_to<const T&, std::string_view>;
}  // namespace detail

// A literal whose fields fit Args. Built only at compile time.
template <Formattable... Args>
class FormatString {
public:
    template <std::convertible_to<std::string_view> S>
    consteval FormatString(const S& literal) : text_{literal} {  // NOLINT(google-explicit-constructor)
        check();
    }
    [[nodiscard]] constexpr std::string_view text() const { return text_; }

private:
    consteval void check() const {
        constexpr std::array<bool, sizeof...(Args) + 1> text_argument{detail::is_text<Args>..., false};
        std::size_t used = 0;
        for (std::size_t i = 0; i < text_.size(); ++i) {
            const char c = text_[i];
            if (c != '{' && c != '}') {
                continue;
            }
            if (i + 1 < text_.size() && text_[i + 1] == c) {
                ++i;
                continue;
            }
            const std::size_t close = text_.find('}', i);
            if (c == '}' || close == std::string_view::npos) {
                detail::format_error_unmatched_brace();
                return;
            }
            std::string_view body = text_.substr(i + 1, close - i - 1);
            FormatSpec spec;
            if (!body.empty() && (body.front() != ':' || !spec.parse(body.substr(1)))) {
                detail::format_error_bad_specification();
            }
            if (used >= sizeof...(Args)) {
                detail::format_error_more_fields_than_arguments();
                return;
            }
            if (text_argument[used] && spec.type != 0) {
                detail::format_error_bad_specification();
            }
            ++used;
            i = close;
        }
        if (used != sizeof...(Args)) {
            detail::format_error_more_arguments_than_fields();
        }
    }

    std::string_view text_;
};

// Formats into `out`, cutting what does not fit; returns the part of `out` that was written. Any context.
std::string_view vformat_to(std::span<char> out, std::string_view format, std::span<const FormatArg> args);

template <Formattable... Args>
std::string_view format_to(std::span<char> out, FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    const std::array<FormatArg, sizeof...(Args)> erased{make_format_arg(args)...};
    return vformat_to(out, format.text(), erased);
}

}  // namespace phx
