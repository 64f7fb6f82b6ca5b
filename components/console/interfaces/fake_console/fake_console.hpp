// A console that keeps what is written, as it was written, and reads what a test types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <console/interfaces/console.hpp>

namespace phx::console {

class FakeConsole {
public:
    constexpr FakeConsole() = default;

    void write(std::string_view text) { output_ += text; }
    void write_now(std::string_view text) { output_ += text; }
    void flush() { ++flushes_; }
    // ENODEV once all that was typed is read: a test would wait for ever.
    Result<char> read() {
        if (next_ == input_.size()) {
            return Errno::nodev;
        }
        return input_[next_++];
    }

    void reset() {
        output_.clear();
        input_.clear();
        next_ = 0;
        flushes_ = 0;
    }
    void type(std::string_view text) { input_ += text; }
    // Since the start or reset. '\n' is kept as such.
    [[nodiscard]] const std::string& output() const { return output_; }
    [[nodiscard]] std::uint64_t flushes() const { return flushes_; }

private:
    std::string output_;
    std::string input_;
    std::size_t next_ = 0;
    std::uint64_t flushes_ = 0;
};

}  // namespace phx::console
