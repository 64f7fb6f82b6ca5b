#include "monitor.hpp"

#include <algorithm>

#include <base/format.hpp>
#include <ports/monitor.hpp>

#include "command_match.hpp"
#include "line_parser.hpp"

namespace phx::debug {
namespace {

class ConsoleOutput final : public MonitorOutput {
public:
    void write(std::string_view text) override { ports::monitor::console().write(text); }
};

constexpr CommandInfo k_help{"help", "[COMMAND]", "Lists the commands, or tells about one."};

// Calls f(info, owner, index) for each command; `help` itself has no owner.
template <class F>
void for_each_command(F f) {
    f(k_help, nullptr, 0);
    for (MonitorCommands* owner : ports::monitor::commands()) {
        const auto commands = owner->commands();
        for (std::size_t i = 0; i < commands.size(); ++i) {
            f(commands[i], owner, i);
        }
    }
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
    std::size_t length = 0;
    while (length < std::min(a.size(), b.size()) && a[length] == b[length]) {
        ++length;
    }
    return length;
}

struct Found {
    const CommandInfo* info = nullptr;
    MonitorCommands* owner = nullptr;
    std::size_t index = 0;
};

Found find(std::string_view name) {
    Found found;
    for_each_command([&](const CommandInfo& info, MonitorCommands* owner, std::size_t index) {
        if (found.info == nullptr && info.name == name) {
            found = {&info, owner, index};
        }
    });
    return found;
}

// The command that comes next in the alphabet; null after the last.
const CommandInfo* next_by_name(std::string_view after) {
    const CommandInfo* next = nullptr;
    for_each_command([&](const CommandInfo& info, MonitorCommands*, std::size_t) {
        if (info.name > after && (next == nullptr || info.name < next->name)) {
            next = &info;
        }
    });
    return next;
}

// The name that `typed` was most likely meant to be, "" if none is near.
std::string_view nearest(std::string_view typed) {
    std::string_view best;
    std::size_t best_distance = typed.size() < 4 ? 2 : 3;  // one mistake in a short word, two in a longer one
    for_each_command([&](const CommandInfo& info, MonitorCommands*, std::size_t) {
        const std::size_t distance = edit_distance(typed, info.name);
        if (distance < best_distance) {
            best = info.name;
            best_distance = distance;
        }
    });
    return best;
}

void report_unknown(std::string_view name, MonitorOutput& out) {
    const std::string_view meant = nearest(name);
    out.print("{}: unknown command", name);
    if (meant.empty()) {
        out.write("; `help` lists them\n");
    } else {
        out.print("; did you mean `{}`?\n", meant);
    }
}

void print_usage(const CommandInfo& info, MonitorOutput& out) {
    out.print("usage: {}{}{}\n", info.name, info.usage.empty() ? "" : " ", info.usage);
}

void help(std::span<const std::string_view> args, MonitorOutput& out) {
    if (args.size() > 1) {
        print_usage(k_help, out);
        return;
    }
    if (args.size() == 1) {
        const Found found = find(args[0]);
        if (found.info == nullptr) {
            report_unknown(args[0], out);
        } else {
            out.print("{}\n", found.info->summary);
            print_usage(*found.info, out);
        }
        return;
    }
    for (const CommandInfo* info = next_by_name({}); info != nullptr; info = next_by_name(info->name)) {
        out.print("  {:<12} {}\n", info->name, info->summary);
    }
}

// Of two commands of one name only the first can be reached.
void warn_of_duplicates() {
    for_each_command([](const CommandInfo& info, MonitorCommands* owner, std::size_t index) {
        const Found first = find(info.name);
        if (first.owner != owner || first.index != index) {
            ports::monitor::log().warning("two components provide the command `{}`; only the first can be typed",
                                          info.name);
        }
    });
}

}  // namespace

int Monitor::run() {
    ConsoleOutput out;
    auto& graph = ports::monitor::graph();
    warn_of_duplicates();
    out.print("Phoenix, graph {}: ", graph.graph_name());
    out.write(graph.summary());
    out.write("\n`help` lists the commands.\n");
    for (;;) {
        const Result<void> read = read_line(out);
        if (!read && read.error() == Errno::nodev) {
            out.write("\nThe console has no input: the monitor ends.\n");
            return 0;
        }
        if (!read) {
            out.print("\nReading from the console fails with {}: the monitor ends.\n", read.error());
            return 1;
        }
        execute(editor_.line(), out);
        editor_.remember();
    }
}

// Until editor_ holds a line.
Result<void> Monitor::read_line(MonitorOutput& out) {
    editor_.start();
    out.write(params::monitor::prompt);
    for (;;) {
        const char c = TRY(ports::monitor::console().read());
        switch (editor_.feed(c, out)) {
        case LineEditor::Event::line:
            return {};
        case LineEditor::Event::complete:
            complete(out);
            break;
        case LineEditor::Event::abandoned:
            editor_.start();
            out.write(params::monitor::prompt);
            break;
        case LineEditor::Event::clear:
            out.write(params::monitor::prompt);
            editor_.redraw(out);
            break;
        case LineEditor::Event::none:
            break;
        }
    }
}

void Monitor::execute(std::string_view line, MonitorOutput& out) {
    std::array<char, Line::capacity> text;
    const std::size_t size = std::min(line.size(), text.size());
    std::copy_n(line.begin(), size, text.begin());
    std::array<std::string_view, max_words> words;
    const ParsedLine parsed = parse_line(std::span{text}.first(size), words);
    if (parsed.error != ParseError::none) {
        out.print("{}\n", parse_error_text(parsed.error));
        return;
    }
    if (parsed.count == 0) {
        return;
    }
    const std::span<const std::string_view> args = std::span{words}.subspan(1, parsed.count - 1);
    const Found found = find(words[0]);
    if (found.info == nullptr) {
        report_unknown(words[0], out);
    } else if (found.owner == nullptr) {
        help(args, out);
    } else if (const Result<void> result = found.owner->run(found.index, args, out); !result) {
        if (result.error() == Errno::inval) {
            print_usage(*found.info, out);
        } else {
            out.print("{}: {}\n", words[0], result.error());
        }
    }
}

// Completes the command's name as far as it is certain; where nothing can be added, lists what it could become.
void Monitor::complete(MonitorOutput& out) {
    const std::string_view typed = editor_.before_cursor();
    std::string_view common;
    std::size_t candidates = 0;
    for_each_command([&](const CommandInfo& info, MonitorCommands*, std::size_t) {
        if (!info.name.starts_with(typed) || find(info.name).info != &info) {
            return;
        }
        if (candidates++ == 0) {
            common = info.name;
        }
        common = common.substr(0, common_prefix(common, info.name));
    });
    if (candidates == 0) {
        return;
    }
    if (candidates > 1 && common.size() == typed.size()) {
        out.write("\n");
        for (const CommandInfo* info = next_by_name({}); info != nullptr; info = next_by_name(info->name)) {
            if (info->name.starts_with(typed)) {
                out.print("{}  ", info->name);
            }
        }
        out.write("\n");
        out.write(params::monitor::prompt);
        editor_.redraw(out);
        return;
    }
    editor_.insert(common.substr(typed.size()), out);
    if (candidates == 1) {
        editor_.insert(" ", out);
    }
}

}  // namespace phx::debug
