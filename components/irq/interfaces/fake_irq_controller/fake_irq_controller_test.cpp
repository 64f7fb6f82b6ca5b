#include <irq/interfaces/fake_irq_controller/fake_irq_controller.hpp>
#include <irq/interfaces/irq_controller_conformance.hpp>

namespace phx::irq {
namespace {

struct FakeTraits {
    using Provider = FakeIrqController;

    FakeIrqController& ready() { return controller_; }
    [[nodiscard]] static IrqLine line(unsigned n) { return IrqLine{33 + n}; }
    void raise(IrqLine line) { controller_.raise(line); }
    void lower(IrqLine line) { controller_.lower(line); }

private:
    FakeIrqController controller_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, IrqControllerConformance, FakeTraits);

}  // namespace
}  // namespace phx::irq
