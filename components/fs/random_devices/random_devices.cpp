#include <fs/random_devices/random_devices.hpp>

#include <algorithm>
#include <array>

#include <linux/capability.h>
#include <linux/random.h>
#include <memory/interfaces/context.hpp>
#include <ports/random_devices.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

// Linux Documentation/admin-guide/devices.txt
constexpr Device k_random = make_device(1, 8);
constexpr Device k_urandom = make_device(1, 9);
constexpr DeviceNode k_nodes[] = {{"random", 0666, k_random}, {"urandom", 0666, k_urandom}};

class RandomFile final : public File {
public:
    RandomFile(Inode& inode, std::uint32_t flags, bool waits) : File{flags, inode, Seek::position}, waits_{waits} {}

    Result<std::size_t> read(Transfer& to, std::uint64_t) override {
        auto& random = ports::random_devices::random();
        if (waits_ && !random.is_ready()) {
            if (nonblocking()) {
                return Errno::again;
            }
            TRY(random.wait_ready());
        }
        std::array<std::byte, 256> part;
        std::size_t done = 0;
        while (to.left() != 0) {
            const std::size_t size = std::min(part.size(), to.left());
            random.fill(std::span{part}.first(size));
            const Result<std::size_t> moved = to.put(part.data(), size);
            if (!moved) {
                return done != 0 ? Result<std::size_t>{done} : moved;
            }
            done += *moved;
            if (*moved < size || (arch::current()->user_work.load(std::memory_order_relaxed) & arch::k_signal_pending) != 0) {
                break;
            }
        }
        return done;
    }

    // Mixed in, and not counted as unknown to anybody (random(4)).
    Result<std::size_t> write(Transfer& from, std::uint64_t&) override { return mix_in(from); }

    Result<std::uint64_t> seek(std::int64_t, int) override { return std::uint64_t{0}; }

    Result<std::int64_t> ioctl(std::uint32_t request, std::uint64_t argument) override;

    // /dev/random is one or the other (Linux drivers/char/random.c, random_poll).
    PollEvents poll(PollRegistrar* registrar) override {
        if (!waits_) {
            return File::poll(registrar);
        }
        return ports::random_devices::random().is_ready() ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM;
    }

private:
    void dispose() override { memory::destroy(ports::random_devices::heap(), this); }

    static Result<std::size_t> mix_in(Transfer& from) {
        std::array<std::byte, 256> part;
        std::size_t done = 0;
        while (from.left() != 0) {
            const Result<std::size_t> moved = from.take(part.data(), std::min(part.size(), from.left()));
            if (!moved) {
                return done != 0 ? Result<std::size_t>{done} : moved;
            }
            ports::random_devices::random().add(std::span{part}.first(*moved), 0);
            done += *moved;
        }
        return done;
    }
    // Bits of what has been mixed in that nobody can know.
    static Result<std::int64_t> credit(std::int32_t bits) {
        if (bits < 0) {
            return Errno::inval;
        }
        ports::random_devices::random().add({}, static_cast<unsigned>(bits));
        return 0;
    }

    const bool waits_;
};

// random(4), "ioctl(2) interface"; of Linux since 5.18, where there is no pool to be shown or emptied.
Result<std::int64_t> RandomFile::ioctl(std::uint32_t request, std::uint64_t argument) {
    auto& random = ports::random_devices::random();
    if (request == RNDGETENTCNT) {
        TRY(vm::write(UserPtr<std::int32_t>{argument}, random.is_ready() ? 256 : 0));
        return 0;
    }
    if (request != RNDADDTOENTCNT && request != RNDADDENTROPY && request != RNDZAPENTCNT && request != RNDCLEARPOOL && request != RNDRESEEDCRNG) {
        return Errno::inval;
    }
    if (!task::current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_ADMIN)) {
        return Errno::perm;
    }
    switch (request) {
    case RNDADDTOENTCNT:
        return credit(TRY(vm::read(UserPtr<const std::int32_t>{argument})));
    case RNDADDENTROPY: {
        const auto [bits, size] = TRY(vm::read(UserPtr<const std::array<std::int32_t, 2>>{argument}));  // struct rand_pool_info
        if (bits < 0 || size < 0) {
            return Errno::inval;
        }
        Transfer from{UserAddr{argument + sizeof(::rand_pool_info)}, static_cast<std::size_t>(size)};
        if (TRY(mix_in(from)) != static_cast<std::size_t>(size)) {
            return Errno::fault;  // credit is for all of it
        }
        return credit(bits);
    }
    case RNDRESEEDCRNG:  // which each read does
        return random.is_ready() ? Result<std::int64_t>{0} : Errno::nodata;
    default:
        return 0;
    }
}

}  // namespace

std::span<const DeviceNode> RandomDevices::nodes() const { return k_nodes; }
bool RandomDevices::serves(Device device) const { return device == k_random || device == k_urandom; }

Result<Ref<File>> RandomDevices::open(Device device, Inode& inode, std::uint32_t flags) {
    auto& heap = ports::random_devices::heap();
    return Ref<File>{Ref<RandomFile>::adopt(TRY(memory::create<RandomFile>(heap, memory::MaySleep{}, inode, flags, device == k_random)))};
}

}  // namespace phx::fs
