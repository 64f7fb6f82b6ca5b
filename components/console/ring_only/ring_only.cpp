#include <console/ring_only/ring_only.hpp>

#include <algorithm>

namespace phx::console {

void RingOnly::write(std::string_view text) {
    const InterruptGuard guard;
    for (const char c : text) {
        if (c == '\n') {
            put('\r');
        }
        put(c);
    }
}

void RingOnly::put(char c) {
    bytes_[next_] = c;
    next_ = next_ + 1 == bytes_.size() ? 0 : next_ + 1;
    kept_ = std::min(kept_ + 1, bytes_.size());
}

std::span<char> RingOnly::copy(std::span<char> out) const {
    const InterruptGuard guard;
    const std::size_t count = std::min(out.size(), kept_);
    std::size_t at = (next_ + bytes_.size() - kept_) % bytes_.size();
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = bytes_[at];
        at = at + 1 == bytes_.size() ? 0 : at + 1;
    }
    return out.first(count);
}

}  // namespace phx::console
