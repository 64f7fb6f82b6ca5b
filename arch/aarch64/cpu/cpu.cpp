#include "cpu.hpp"

#include <arch/cpu.hpp>
#include <cstdint>

#include <params/cpu.hpp>
#include <ports/cpu.hpp>

namespace phx::arch {
namespace {

struct Model {
    std::uint8_t implementer;
    std::uint16_t part;
    const char* name;
};

// MIDR_EL1 implementer and part (Arm ARM DDI 0487, D17.2.100, and each core's reference manual). Those that the tests boot on.
constexpr Model k_models[] = {
    {0x41, 0xd03, "Cortex-A53"}, {0x41, 0xd04, "Cortex-A35"}, {0x41, 0xd07, "Cortex-A57"},  {0x41, 0xd08, "Cortex-A72"},
    {0x41, 0xd0b, "Cortex-A76"}, {0x41, 0xd0c, "Neoverse N1"}, {0x00, 0x051, "QEMU max"},
};

// Null for one that is not in the list.
[[nodiscard]] const char* name_of(std::uint64_t midr) {
    for (const Model& model : k_models) {
        if (model.implementer == ((midr >> 24) & 0xff) && model.part == ((midr >> 4) & 0xfff)) {
            return model.name;
        }
    }
    return nullptr;
}

[[nodiscard]] bool has_4k_pages() {
    std::uint64_t features;
    asm("mrs %0, id_aa64mmfr0_el1" : "=r"(features));
    return ((features >> 28) & 0xf) != 0xf;  // TGran4
}

}  // namespace

Result<void> Cpu::init() {
    const std::uint64_t id = midr();
    const char* name = name_of(id);
    if (!has_4k_pages()) {
        ports::cpu::log().error("this processor (MIDR {:#x}) has no 4 KiB pages", id);
        return Errno::nodev;
    }
    if (name != nullptr) {
        ports::cpu::log().info("{} r{}p{}", name, (id >> 20) & 0xf, id & 0xf);
        return {};
    }
    if (params::cpu::unknown == params::cpu::Unknown::halt) {
        ports::cpu::log().error("unknown CPU: MIDR {:#x}; set parameter `unknown: warn` of component cpu to try it", id);
        return Errno::nodev;
    }
    ports::cpu::log().warning("unknown CPU: MIDR {:#x}", id);
    return {};
}

}  // namespace phx::arch
