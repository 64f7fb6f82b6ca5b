#include <security/random/random_bytes.hpp>

#include <algorithm>
#include <array>
#include <cstring>

#include <arch/timer.hpp>
#include <linux/random.h>
#include <ports/random.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::security {
namespace {

// A request is answered block by block from its own key.
class Stream {
public:
    explicit Stream(const ChaChaKey& key) : key_{key} {}
    [[nodiscard]] ChaChaBlock next() { return chacha20_block(key_, number_++, {}); }

private:
    ChaChaKey key_;
    std::uint32_t number_ = 0;
};

}  // namespace

// Without a seed there is the time that start-up took, of which few bits are unknown to others.
Result<void> RandomBytes::init() {
    const std::span<const std::byte> seed = ports::random::boot_info().random_seed();
    add(seed, static_cast<unsigned>(std::min<std::size_t>(seed.size() * 8, k_enough_bits)));
    const std::uint64_t now = arch::counter<arch::GenericTimer::virtual_>();
    add(std::as_bytes(std::span{&now, 1}), 1);
    return {};
}

// The new key is a block of the old one's stream: nobody can go back.
void RandomBytes::stir() {
    const ChaChaBlock block = chacha20_block(key_, requests_, {0x72656b65, 0x79, 0});
    std::copy_n(block.begin(), key_.size(), key_.begin());
}

ChaChaKey RandomBytes::take_key() {
    const SpinGuard guard{lock_};
    ++requests_;
    if (auto* clock = ports::random::clock()) {
        key_[0] ^= static_cast<std::uint32_t>(clock->now().count());
    }
    const ChaChaBlock block = chacha20_block(key_, requests_, {});
    std::copy_n(block.begin(), key_.size(), key_.begin());
    ChaChaKey key;
    std::copy_n(block.begin() + key_.size(), key.size(), key.begin());
    return key;
}

void RandomBytes::fill(std::span<std::byte> to) {
    Stream stream{take_key()};
    while (!to.empty()) {
        const ChaChaBlock block = stream.next();
        const std::size_t part = std::min(to.size(), sizeof block);
        std::memcpy(to.data(), block.data(), part);
        to = to.subspan(part);
    }
}

// Each part is mixed into the key, and the key stirred, so that nothing that was known before is lost.
void RandomBytes::add(std::span<const std::byte> data, unsigned bits) {
    SpinGuard guard{lock_};
    while (!data.empty()) {
        ChaChaKey part{};
        const std::size_t size = std::min(data.size(), sizeof part);
        std::memcpy(part.data(), data.data(), size);
        for (std::size_t i = 0; i < part.size(); ++i) {
            key_[i] ^= part[i];
        }
        stir();
        data = data.subspan(size);
    }
    const std::uint32_t before = known_bits_.load(std::memory_order_relaxed);
    known_bits_.store(std::min(before + bits, k_enough_bits), std::memory_order_release);
    if (before < k_enough_bits && before + bits >= k_enough_bits) {
        waiters_.wake_all(guard);
    }
}

Result<void> RandomBytes::wait_ready() {
    SpinGuard guard{lock_};
    return waiters_.wait_interruptible(guard, [this] { return is_ready(); }) ? Result<void>{} : Errno::restart_sys;
}

// getrandom(2). Requests of up to 256 bytes are whole; longer ones end early where a signal comes.
Result<std::size_t> RandomBytes::sys_getrandom(UserPtr<void> to, std::size_t size, std::uint32_t flags) {
    constexpr std::uint32_t known = GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE;
    if ((flags & ~known) != 0 || (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE)) {
        return Errno::inval;
    }
    if (!is_ready() && (flags & GRND_INSECURE) == 0) {
        if ((flags & GRND_NONBLOCK) != 0) {
            return Errno::again;
        }
        TRY(wait_ready());
    }
    size = std::min(size, std::size_t{INT32_MAX});
    Stream stream{take_key()};
    std::size_t done = 0;
    while (done < size) {
        const ChaChaBlock block = stream.next();
        const std::size_t part = std::min(size - done, sizeof block);
        const std::size_t copied = vm::copy_out_some(to.address() + done, block.data(), part);
        done += copied;
        if (copied < part) {
            return done != 0 ? Result<std::size_t>{done} : Errno::fault;
        }
        if (done % k_page_size == 0 && (arch::current()->user_work.load(std::memory_order_relaxed) & arch::k_signal_pending) != 0) {
            break;
        }
    }
    return done;
}

}  // namespace phx::security
