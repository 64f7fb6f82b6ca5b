// Commands that a component adds to the kernel monitor.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include <base/format.hpp>
#include <base/result.hpp>

namespace phx::debug {

struct CommandInfo {
    std::string_view name;     // one word
    std::string_view usage;    // the arguments, "" if none
    std::string_view summary;  // one line for `help`
};

// Where a command writes. Thread context.
class MonitorOutput {
public:
    virtual void write(std::string_view text) = 0;

    // One formatted piece of at most 200 characters.
    template <Formattable... Args>
    void print(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
        const std::array<FormatArg, sizeof...(Args)> erased{make_format_arg(args)...};
        vprint(format.text(), erased);
    }

protected:
    ~MonitorOutput() = default;

private:
    void vprint(std::string_view format, std::span<const FormatArg> args) {
        std::array<char, 200> buffer;
        write(vformat_to(buffer, format, args));
    }
};

// A family: the monitor's `commands` port takes all that the graph holds. Thread context; may wait.
class MonitorCommands {
public:
    // Constant.
    [[nodiscard]] virtual std::span<const CommandInfo> commands() const = 0;

    // `index` into commands(); `args` are the words after the name. EINVAL makes the monitor print the usage.
    virtual Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) = 0;

protected:
    ~MonitorCommands() = default;
};

}  // namespace phx::debug
