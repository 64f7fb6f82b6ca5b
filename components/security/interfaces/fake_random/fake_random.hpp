// Bytes that count up, so that a test knows them.
#pragma once

#include <cstddef>
#include <span>

#include <base/result.hpp>
#include <security/interfaces/random.hpp>

namespace phx::security {

class FakeRandom {
public:
    constexpr FakeRandom() = default;

    void fill(std::span<std::byte> to) {
        for (std::byte& byte : to) {
            byte = static_cast<std::byte>(next_++);
        }
    }
    bool is_ready() { return ready_; }
    Result<void> wait_ready() { return ready_ ? Result<void>{} : Errno::restart_sys; }
    void add(std::span<const std::byte> from, unsigned bits) {
        added_bytes_ += from.size();
        added_bits_ += bits;
    }

    void reset(bool ready = true) {
        next_ = 0;
        added_bytes_ = added_bits_ = 0;
        ready_ = ready;
    }
    [[nodiscard]] std::size_t added_bytes() const { return added_bytes_; }
    [[nodiscard]] std::size_t added_bits() const { return added_bits_; }

private:
    unsigned char next_ = 0;
    bool ready_ = true;
    std::size_t added_bytes_ = 0;
    std::size_t added_bits_ = 0;
};

}  // namespace phx::security
