#include <time/pl031/pl031.hpp>

#include <limits>

#include <ports/pl031.hpp>
#include <time/pl031/registers.hpp>

namespace phx::time {

using namespace pl031;

namespace {

constexpr std::int64_t k_second = 1'000'000'000;

template <RegisterType R>
std::uint32_t four_bytes(const Registers& io) {
    std::uint32_t value = 0;
    for (unsigned byte = 0; byte < 4; ++byte) {
        value |= (io.read<R>(byte) & 0xff) << (8 * byte);
    }
    return value;
}

}  // namespace

// The alarm is not used; the firmware may have left it on.
Result<void> Pl031::init() {
    const std::uint32_t identity = four_bytes<PeriphId>(io_);
    if ((identity & k_identity_mask) != k_identity || four_bytes<PCellId>(io_) != k_primecell) {
        ports::pl031::log().error("no PL031 at {}: its identity is {:#x}", params::pl031::registers::rtc.phys, identity);
        return Errno::nodev;
    }
    io_.write<Imsc>(0);
    io_.write<Icr>(Icr::all);
    return {};
}

Result<Nanoseconds> Pl031::read() const {
    if (io_.read<Cr::Start>() == 0) {
        return Errno::nodata;
    }
    return Nanoseconds{std::int64_t{io_.read<Dr>()} * k_second};
}

Result<void> Pl031::set(Nanoseconds time) {
    const std::int64_t seconds = time.count() / k_second;
    if (time < Nanoseconds{0} || seconds > std::numeric_limits<std::uint32_t>::max()) {
        return Errno::range;
    }
    io_.write<Lr>(static_cast<std::uint32_t>(seconds));
    io_.write<Cr>(field<Cr::Start>(1));
    return {};
}

}  // namespace phx::time
