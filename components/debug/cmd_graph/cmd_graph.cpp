#include "cmd_graph.hpp"

#include <ports/cmd_graph.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"graph", "[INSTANCE]", "Shows the instances in start-up order, or one with its wires."},
};

// One line a port: "commands -> cmd_log, cmd_mem".
void print_wires(const boot::InstanceInfo& instance, MonitorOutput& out) {
    std::string_view port;
    for (const boot::WireInfo& wire : instance.wires) {
        if (wire.port == port) {
            out.write(", ");
        } else {
            out.print("{}    {} -> ", port.empty() ? "" : "\n", wire.port);
            port = wire.port;
        }
        out.write(wire.provider);
    }
    out.write(port.empty() ? "" : "\n");
}

}  // namespace

std::span<const CommandInfo> CmdGraph::commands() const {
    return k_commands;
}

Result<void> CmdGraph::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    auto& graph = ports::cmd_graph::graph();
    if (args.size() > 1) {
        return Errno::inval;
    }
    if (args.empty()) {
        out.print("{}: ", graph.graph_name());
        out.write(graph.summary());
        out.write("\n");
    }
    bool found = false;
    for (const boot::InstanceInfo& instance : graph.instances()) {
        if (args.empty() || args[0] == instance.name) {
            out.print("  {:<16} {}/{}\n", instance.name, instance.domain, instance.component);
            print_wires(instance, out);
            found = true;
        }
    }
    return found || args.empty() ? Result<void>{} : Errno::noent;
}

}  // namespace phx::debug
