// A serial line that keeps what goes out on it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace phx::console {

class FakeSerialPort {
public:
    constexpr FakeSerialPort() = default;

    // SerialPort
    std::size_t send(std::span<const char> text) {
        const std::size_t size = std::min(room_, text.size());
        sent_.append(text.data(), size);
        room_ -= size;
        return size;
    }
    void resume() { ++resumed_; }

    // What has gone out since the last look.
    [[nodiscard]] std::string take() { return std::exchange(sent_, {}); }
    // From now on, so many characters go out.
    void set_room(std::size_t room) { room_ = room; }
    [[nodiscard]] unsigned resumed() const { return resumed_; }
    void reset() {
        sent_.clear();
        room_ = std::numeric_limits<std::size_t>::max();
        resumed_ = 0;
    }

private:
    std::string sent_;
    std::size_t room_ = std::numeric_limits<std::size_t>::max();
    unsigned resumed_ = 0;
};

}  // namespace phx::console
