#include <irq/interfaces/fake_irq_controller/fake_irq_controller.hpp>
#include <irq/interfaces/irq_controller_conformance.hpp>

namespace phx::irq {
namespace {

struct FakeTraits {
    using Provider = FakeIrqController;

    FakeIrqController& ready() {
        with_cpu(1, [this] { EXPECT_TRUE(controller_.init_cpu()); });
        return controller_;
    }
    static void with_cpu(unsigned cpu, auto f) {
        arch::current()->cpu = cpu;
        f();
        arch::current()->cpu = 0;
    }
    [[nodiscard]] static IrqLine line(unsigned n) { return IrqLine{33 + n}; }
    void raise(IrqLine line) { controller_.raise(line); }
    void lower(IrqLine line) { controller_.lower(line); }

private:
    FakeIrqController controller_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, IrqControllerConformance, FakeTraits);

}  // namespace
}  // namespace phx::irq
