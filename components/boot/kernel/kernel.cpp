#include "kernel.hpp"

#include <arch/interrupts.hpp>
#include <ports/kernel.hpp>

namespace phx::boot {
namespace {

// The status of a kernel whose start-up failed; an application's own statuses are its own matter.
constexpr int k_start_failed = 1;

class StartUp final : public InitObserver {
public:
    void on_failure(const InitStep& step, Errno error) override {
        const auto log = ports::kernel::log();
        if (step.fatal) {
            log.error("start-up failed: instance {} (component {}): {}", step.instance, step.component, error);
            ports::kernel::console().flush();
            ports::kernel::power().off(k_start_failed);
        }
        log.warning("going on without instance {} (component {}): {}", step.instance, step.component, error);
    }
};

}  // namespace

void Kernel::start() {
    ports::kernel::log().info("Phoenix, graph {}", ports::kernel::graph().graph_name());
    StartUp observer;
    ports::kernel::sequence().run(observer);
    arch::unmask_interrupts();
    const int status = ports::kernel::application().run();
    ports::kernel::console().flush();
    ports::kernel::power().off(status);
}

}  // namespace phx::boot
