// Which lock may be taken inside which in this graph, as manifests say. Generated.
#include <generated/lock_order.hpp>

#include <array>

#include <locks/klog.hpp>

namespace phx::wiring {
namespace {

constexpr std::array<::phx::sync::DeclaredOrder, 0> declared_{{
}};

}  // namespace

std::span<const ::phx::sync::DeclaredOrder> LockOrder::declared() {
    return declared_;
}

}  // namespace phx::wiring
