// One row of a terminal, as much of it as the line editor uses: what a person would see. For tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class TerminalModel final : public MonitorOutput {
public:
    void write(std::string_view text) override {
        for (const char c : text) {
            put(c);
        }
    }

    [[nodiscard]] const std::string& row() const { return row_; }
    [[nodiscard]] std::size_t cursor() const { return cursor_; }
    [[nodiscard]] std::size_t rows() const { return rows_; }  // line feeds seen
    [[nodiscard]] std::size_t bells() const { return bells_; }

private:
    void put(char c) {
        if (!sequence_.empty()) {
            sequence_ += c;
            if (sequence_.size() > 2 && c >= '@') {
                apply();
                sequence_.clear();
            }
        } else if (c == 0x1b) {
            sequence_ = c;
        } else if (c == '\n') {
            row_.clear();
            cursor_ = 0;
            ++rows_;
        } else if (c == '\a') {
            ++bells_;
        } else {
            row_.resize(std::max(row_.size(), cursor_ + 1), ' ');
            row_[cursor_++] = c;
        }
    }
    void apply() {
        const std::string body = sequence_.substr(2, sequence_.size() - 3);
        const char final = sequence_.back();
        if (final == 'K') {
            row_.resize(std::min(row_.size(), cursor_));
        } else if (final == 'D') {
            cursor_ -= std::min<std::size_t>(cursor_, static_cast<std::size_t>(std::atoi(body.c_str())));
        } else if (final == 'H') {
            cursor_ = 0;
        } else if (final == 'J') {
            row_.clear();
        }
    }

    std::string row_;
    std::string sequence_;
    std::size_t cursor_ = 0;
    std::size_t rows_ = 0;
    std::size_t bells_ = 0;
};

}  // namespace phx::debug
