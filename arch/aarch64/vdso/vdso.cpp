#include "vdso.hpp"

#include <span>

#include <asm-generic/mman-common.h>
#include <linux/elf.h>
#include <base/time_abi.hpp>
#include <ports/vdso.hpp>

extern "C" {
extern const char phx_vdso[];
extern const char phx_vdso_sigreturn[];
}

namespace phx::arch {

// As image.S has them.
static_assert(CLOCK_REALTIME == 0 && CLOCK_MONOTONIC == 1 && CLOCK_MONOTONIC_RAW == 4 && CLOCK_REALTIME_COARSE == 5);
static_assert(CLOCK_MONOTONIC_COARSE == 6 && CLOCK_BOOTTIME == 7 && CLOCK_TAI == 11);
static_assert(ET_DYN == 3 && PT_LOAD == 1 && PT_DYNAMIC == 2 && (PF_R | PF_X) == 5 && PF_R == 4 && SHN_ABS == 0xfff1);
static_assert(DT_HASH == 4 && DT_STRTAB == 5 && DT_SYMTAB == 6 && DT_STRSZ == 10 && DT_SYMENT == 11 && DT_SONAME == 14);
static_assert(DT_VERSYM == 0x6fff'fff0 && DT_VERDEF == 0x6fff'fffc && DT_VERDEFNUM == 0x6fff'fffd);
static_assert(STB_GLOBAL == 1 && STT_OBJECT == 1 && STT_FUNC == 2);

Result<void> VdsoImage::init() {
    const auto frame_of = [](const void* page) { return Frame::containing(ports::vdso::map().to_physical(page)); };
    frames_ = {frame_of(&ports::vdso::clocks().page()), frame_of(phx_vdso)};
    return {};
}

Result<void> VdsoImage::map_code(vm::AddressSpace& space, UserAddr& at) {
    at = TRY(ports::vdso::memory().map_special(space, at, std::span{frames_}.last(1), PROT_READ | PROT_EXEC, "[vdso]"));
    return {};
}

// Where there is room for the code, there nearly always is some for the clock page below it. If not, room for both is looked for, and the second of
// the pages exchanged.
Result<UserAddr> VdsoImage::map(vm::AddressSpace& space) {
    auto& memory = ports::vdso::memory();
    const std::span<const Frame> clocks = std::span{frames_}.first(1);
    UserAddr at{};
    TRY(map_code(space, at));
    if (!memory.map_special(space, at - k_page_size, clocks, PROT_READ, "[vvar]")) [[unlikely]] {
        TRY(memory.unmap(space, at, k_page_size));
        at = TRY(memory.map_special(space, UserAddr{}, frames_, PROT_READ, "[vvar]")) + k_page_size;
        TRY(memory.unmap(space, at, k_page_size));
        TRY(map_code(space, at));
    }
    memory.layout(space).vdso = at;
    return at;
}

UserAddr VdsoImage::sigreturn(UserAddr at) const { return at + static_cast<std::uint64_t>(phx_vdso_sigreturn - phx_vdso); }

}  // namespace phx::arch
