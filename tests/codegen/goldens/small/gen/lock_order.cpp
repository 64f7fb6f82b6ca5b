// Which lock may be taken inside which in this graph, as manifests say. Generated.
#include <generated/lock_order.hpp>

#include <array>

#include <locks/klog.hpp>
#include <locks/timer.hpp>
#include <locks/uart.hpp>

namespace phx::wiring {
namespace {

constexpr std::array<::phx::sync::DeclaredOrder, 5> declared_{{
    {&::phx::locks::klog::ring, &::phx::locks::timer::armed, "components/core/klog/component.yaml:14"},
    {&::phx::locks::klog::ring, &::phx::locks::timer::wheel, "components/core/klog/component.yaml:14"},
    {&::phx::locks::timer::armed, &::phx::locks::timer::wheel, "components/core/timer/component.yaml:24"},
    {&::phx::locks::uart::device, &::phx::locks::klog::ring, "components/core/uart/component.yaml:20"},
    {&::phx::locks::uart::line, &::phx::locks::uart::settings, "components/core/uart/component.yaml:21"},
}};

}  // namespace

std::span<const ::phx::sync::DeclaredOrder> LockOrder::declared() {
    return declared_;
}

}  // namespace phx::wiring
