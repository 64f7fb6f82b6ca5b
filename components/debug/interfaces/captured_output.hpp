// A MonitorOutput that a test can read. Not for kernels.
#pragma once

#include <string>
#include <utility>

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class CapturedOutput final : public MonitorOutput {
public:
    void write(std::string_view text) override { text_ += text; }

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool contains(std::string_view part) const { return text_.find(part) != std::string::npos; }
    // What was written since the last call.
    std::string take() { return std::exchange(text_, {}); }

private:
    std::string text_;
};

}  // namespace phx::debug
