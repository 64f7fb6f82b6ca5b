#include <irq/interfaces/fake_interrupt_entry/fake_interrupt_entry.hpp>
#include <irq/interfaces/interrupt_entry_conformance.hpp>

namespace phx::irq {
namespace {

struct FakeTraits {
    using Provider = FakeInterruptEntry;

    FakeInterruptEntry& ready() {
        entry_.set_count(wired(), 0);
        entry_.set_count(other(), 0);
        return entry_;
    }
    [[nodiscard]] static IrqLine wired() { return IrqLine{33}; }
    [[nodiscard]] static IrqLine other() { return IrqLine{34}; }
    [[nodiscard]] static IrqLine unwired() { return IrqLine{99}; }
    void raise(IrqLine line) { entry_.raise(line); }
    [[nodiscard]] std::uint64_t handled(IrqLine line) const { return entry_.count(line); }
    [[nodiscard]] bool disabled(IrqLine line) const { return entry_.is_disabled(line); }

private:
    FakeInterruptEntry entry_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, InterruptEntryConformance, FakeTraits);

}  // namespace
}  // namespace phx::irq
