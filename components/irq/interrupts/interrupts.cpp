#include <irq/interrupts/interrupts.hpp>

#include <algorithm>
#include <optional>

#include <ports/interrupts.hpp>

namespace phx::irq {
namespace {

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
    if (wired > counts_.size()) {
        ports::interrupts::log().error("{} lines are wired: set max_lines to as many, it is {}", wired, counts_.size());
        return Errno::nospc;
    }
    return {};
}

void Interrupts::handle() {
    auto& controller = ports::interrupts::controller();
    bool spurious = true;
    while (const std::optional<IrqLine> line = controller.acknowledge()) {
        spurious = false;
        if (!ports::interrupts::lines().dispatch(*line)) {
            refuse(*line);
        } else if (const auto index = index_of(*line); index && *index < counts_.size()) {
            ++counts_[*index];
        }
        controller.complete(*line);
    }
    unexpected_ += spurious ? 1 : 0;
}

// Off before it is completed: a level that nobody takes back would come again at once, for ever.
void Interrupts::refuse(IrqLine line) {
    ++unexpected_;
    const auto disabled = ports::interrupts::controller().disable(line);
    ports::interrupts::log().warning("line {} came, which nobody handles; {}", line,
                                     disabled ? "it is off now" : "it cannot be turned off");
}

std::uint64_t Interrupts::count(IrqLine line) const {
    const auto index = index_of(line);
    return index && *index < counts_.size() ? counts_[*index] : 0;
}

}  // namespace phx::irq
