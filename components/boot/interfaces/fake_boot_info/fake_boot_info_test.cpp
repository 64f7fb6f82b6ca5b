#include <boot/interfaces/boot_info_conformance.hpp>
#include <boot/interfaces/fake_boot_info/fake_boot_info.hpp>

namespace phx::boot {
namespace {

struct FakeTraits {
    using Provider = FakeBootInfo;
    static Provider& ready() {
        static FakeBootInfo info;
        info.reset();
        info.set_memory({{PhysAddr{0x4000'0000}, 64 * MiB}, {PhysAddr{0x8000'0000}, 64 * MiB}});
        info.set_initrd({PhysAddr{0x8100'0000}, 1 * MiB});
        info.set_reserved({{info.initrd(), false}});
        return info;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, BootInfoConformance, FakeTraits);

} // namespace
} // namespace phx::boot
