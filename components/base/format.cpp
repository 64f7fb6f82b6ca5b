#include <base/format.hpp>

namespace phx {
namespace {

class Output {
public:
    explicit Output(std::span<char> buffer) : buffer_{buffer} {}

    void put(char c) {
        if (used_ < buffer_.size()) {
            buffer_[used_++] = c;
        }
    }
    void put(std::string_view text) {
        for (const char c : text) {
            put(c);
        }
    }
    void fill(char c, std::size_t count) {
        while (count-- > 0) {
            put(c);
        }
    }
    [[nodiscard]] std::string_view written() const { return {buffer_.data(), used_}; }

private:
    std::span<char> buffer_;
    std::size_t used_ = 0;
};

void put_padded(Output& out, const FormatSpec& spec, std::string_view sign, std::string_view body) {
    const std::size_t length = sign.size() + body.size();
    const std::size_t padding = spec.width > length ? spec.width - length : 0;
    if (!spec.left && !spec.zero) {
        out.fill(' ', padding);
    }
    out.put(sign);
    if (!spec.left && spec.zero) {
        out.fill('0', padding);
    }
    out.put(body);
    if (spec.left) {
        out.fill(' ', padding);
    }
}

void put_number(Output& out, const FormatSpec& spec, std::uint64_t magnitude, bool negative, bool hex) {
    std::array<char, 20> digits;
    std::size_t at = digits.size();
    do {
        const std::uint64_t digit = hex ? magnitude & 0xf : magnitude % 10;
        magnitude = hex ? magnitude >> 4 : magnitude / 10;
        digits[--at] = "0123456789abcdef"[digit];
    } while (magnitude != 0);
    const std::string_view sign = negative ? "-" : (hex && spec.prefix ? "0x" : "");
    put_padded(out, spec, sign, {digits.data() + at, digits.size() - at});
}

void put_argument(Output& out, FormatSpec spec, const FormatArg& arg) {
    const bool as_hex = spec.type == 'x';
    switch (arg.kind()) {
    case FormatArg::Kind::signed_: {
        const auto value = static_cast<std::int64_t>(arg.number());
        const bool negative = value < 0 && !as_hex;
        put_number(out, spec, negative ? 0 - arg.number() : arg.number(), negative, as_hex);
        return;
    }
    case FormatArg::Kind::unsigned_:
        if (spec.type == 'c') {
            out.put(static_cast<char>(arg.number()));
            return;
        }
        put_number(out, spec, arg.number(), false, as_hex);
        return;
    case FormatArg::Kind::hex:
        spec.prefix = spec.prefix || spec.type == 0;
        put_number(out, spec, arg.number(), false, spec.type != 'd');
        return;
    case FormatArg::Kind::boolean:
        put_padded(out, spec, "", arg.number() != 0 ? "true" : "false");
        return;
    case FormatArg::Kind::character: {
        const char c = static_cast<char>(arg.number());
        put_padded(out, spec, "", {&c, 1});
        return;
    }
    case FormatArg::Kind::text:
        put_padded(out, spec, "", arg.text());
        return;
    }
}

}  // namespace

std::string_view vformat_to(std::span<char> buffer, std::string_view format, std::span<const FormatArg> args) {
    Output out{buffer};
    std::size_t next = 0;
    for (std::size_t i = 0; i < format.size(); ++i) {
        const char c = format[i];
        if (c == '}') {
            ++i;  // the second of `}}`
        }
        if (c != '{') {
            out.put(c);
            continue;
        }
        if (i + 1 < format.size() && format[i + 1] == '{') {
            out.put(c);
            ++i;
            continue;
        }
        const std::size_t close = format.find('}', i);
        if (close == std::string_view::npos || next >= args.size()) {
            break;
        }
        FormatSpec spec;
        const std::string_view body = format.substr(i + 1, close - i - 1);
        if (!body.empty()) {
            spec.parse(body.substr(1));
        }
        put_argument(out, spec, args[next++]);
        i = close;
    }
    return out.written();
}

}  // namespace phx
