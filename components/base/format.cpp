#include <base/format.hpp>

namespace phx {
namespace {

class Output {
public:
    explicit Output(std::span<char> buffer) : start_{buffer.data()}, at_{start_}, end_{start_ + buffer.size()} {}

    void put(char c) {
        if (at_ != end_) {
            *at_++ = c;
        }
    }
    [[gnu::noinline]] void put(std::string_view text) {
        for (const char c : text) {
            put(c);
        }
    }
    [[gnu::noinline]] void fill(char c, std::size_t count) {
        while (count-- > 0) {
            put(c);
        }
    }
    [[nodiscard]] std::string_view written() const { return {start_, static_cast<std::size_t>(at_ - start_)}; }

private:
    char* start_;
    char* at_;
    char* end_;
};

void put_padded(Output& out, const FormatSpec& spec, std::string_view sign, std::string_view body) {
    const std::size_t length = sign.size() + body.size();
    const std::size_t padding = spec.width > length ? spec.width - length : 0;
    const bool zero = spec.zero && !spec.left;
    out.fill(' ', spec.left || zero ? 0 : padding);
    out.put(sign);
    out.fill('0', zero ? padding : 0);
    out.put(body);
    out.fill(' ', spec.left ? padding : 0);
}

void put_argument(Output& out, const FormatSpec& spec, const FormatArg& arg) {
    using Kind = FormatArg::Kind;
    const Kind kind = arg.kind();
    std::uint64_t number = arg.number();
    if (kind == Kind::text) {
        return put_padded(out, spec, {}, arg.text());
    }
    if (kind == Kind::boolean) {
        return put_padded(out, spec, {}, number != 0 ? "true" : "false");
    }
    std::array<char, 20> digits;  // of the largest number in base 10
    std::size_t at = digits.size();
    std::string_view sign;
    if (kind == Kind::character || (kind == Kind::unsigned_ && spec.type == 'c')) {
        digits[--at] = static_cast<char>(number);
    } else {
        const bool hex = kind == Kind::hex ? spec.type != 'd' : spec.type == 'x';
        if (hex && (spec.prefix || (kind == Kind::hex && spec.type == 0))) {
            sign = "0x";
        } else if (!hex && kind == Kind::signed_ && static_cast<std::int64_t>(number) < 0) {
            sign = "-";
            number = 0 - number;
        }
        const unsigned base = hex ? 16 : 10;
        do {
            digits[--at] = "0123456789abcdef"[number % base];
            number /= base;
        } while (number != 0);
    }
    put_padded(out, spec, sign, {digits.data() + at, digits.size() - at});
}

}  // namespace

std::string_view vformat_to(std::span<char> buffer, std::string_view format, std::span<const FormatArg> args) {
    Output out{buffer};
    std::size_t next = 0;
    while (!format.empty()) {
        const char c = format.front();
        format.remove_prefix(1);
        if (c == '{' && !format.starts_with('{')) {
            const std::size_t close = format.find('}');
            if (close == std::string_view::npos || next == args.size()) {
                break;
            }
            FormatSpec spec;
            if (close > 0) {
                spec.parse({format.data() + 1, close - 1});  // after the colon
            }
            put_argument(out, spec, args[next++]);
            format.remove_prefix(close + 1);
            continue;
        }
        if ((c == '{' || c == '}') && !format.empty()) {
            format.remove_prefix(1);  // the second of two
        }
        out.put(c);
    }
    return out.written();
}

}  // namespace phx
