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

[[noreturn]] void run_application() {
    const int status = ports::kernel::application().run();
    ports::kernel::console().flush();
    ports::kernel::power().off(status);
}

}  // namespace

void Kernel::start() {
    ports::kernel::log().info("Phoenix, graph {}", ports::kernel::graph().graph_name());
    StartUp observer;
    ports::kernel::sequence().run(observer);
    if (auto* cpus = ports::kernel::cpus()) {
        cpus->start_all();
    }
    if (auto* threads = ports::kernel::threads()) {
        threads->launch([](void*) { run_application(); }, nullptr);
    }
    arch::unmask_interrupts();
    run_application();
}

}  // namespace phx::boot
