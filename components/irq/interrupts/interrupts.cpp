#include <irq/interrupts/interrupts.hpp>

#include <algorithm>
#include <optional>

#include <debug/trace/trace.hpp>
#include <ports/interrupts.hpp>

namespace phx::irq {
namespace {

constexpr trace::Event k_entry{"irq_entry", {"line"}};
constexpr trace::Event k_exit{"irq_exit", {"line"}};

// Where `line` stands among the wired ones, which are ascending.
std::optional<std::size_t> index_of(IrqLine line) {
    const auto lines = ports::interrupts::lines().lines();
    const auto* const at = std::lower_bound(lines.data(), lines.data() + lines.size(), line,
                                            [](const WiredLine& wired, IrqLine wanted) { return wired.line < wanted; });
    if (at == lines.data() + lines.size() || at->line != line) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(at - lines.data());
}

}  // namespace

Result<void> Interrupts::init() {
    const std::size_t wired = ports::interrupts::lines().lines().size();
    if (wired > params::interrupts::max_lines) {
        ports::interrupts::log().error("{} lines are wired: set max_lines to as many, it is {}", wired, params::interrupts::max_lines);
        return Errno::nospc;
    }
    return {};
}

void Interrupts::handle() {
    auto& controller = ports::interrupts::controller();
    auto& lines = ports::interrupts::lines();
    const std::optional<IrqLine> line = controller.acknowledge();
    if (!line) {
        counts_.local().unexpected.add_one();
        return;
    }
    trace::point(k_entry, line->id());
    const std::size_t index = lines.dispatch(*line);
    if (index >= lines.lines().size()) {
        refuse(*line);
    } else if (index < params::interrupts::max_lines) {
        counts_.local().wired[index].add_one();
    }
    controller.complete(*line);
    trace::point(k_exit, line->id());
}

// Off before it is completed: a level that nobody takes back would come again at once, for ever.
void Interrupts::refuse(IrqLine line) {
    counts_.local().unexpected.add_one();
    const auto disabled = ports::interrupts::controller().disable(line);
    ports::interrupts::log().warning("line {} came, which nobody handles; {}", line,
                                     disabled ? "it is off now" : "it cannot be turned off");
}

std::uint64_t Interrupts::count(IrqLine line) const {
    const auto index = index_of(line);
    std::uint64_t sum = 0;
    for (unsigned cpu = 0; index && *index < params::interrupts::max_lines && cpu < counts_.count; ++cpu) {
        sum += counts_.of(cpu).wired[*index].value();
    }
    return sum;
}

std::uint64_t Interrupts::unexpected() const {
    std::uint64_t sum = 0;
    for (unsigned cpu = 0; cpu < counts_.count; ++cpu) {
        sum += counts_.of(cpu).unexpected.value();
    }
    return sum;
}

}  // namespace phx::irq
