// Remembers the status that was reported.
#pragma once

#include <optional>

namespace phx::power {

class FakeExitCode {
public:
    constexpr FakeExitCode() = default;

    void report(int status) { reported_ = status; }
    void reset() { reported_.reset(); }
    [[nodiscard]] std::optional<int> reported() const { return reported_; }

private:
    std::optional<int> reported_;
};

}  // namespace phx::power
