// What GICv2 and GICv3 have in common, for host tests: lines with an enable, a level, an activity and a priority, and
// the running priority (Arm IHI 0048B.b, 3.2.4 and 3.3; IHI 0069G, 4.1 and 4.8).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace phx::irq {

class GicModel {
public:
    static constexpr std::uint32_t k_max_lines = 1020;
    static constexpr std::uint32_t k_spurious = 1023;

    struct Line {
        bool enabled = false;
        bool level = false;
        bool active = false;
        bool group1 = false;
        bool targeted = false;  // at the CPU that the model serves
        std::uint8_t priority = 0;
    };

    Line& line(std::uint32_t id) { return lines_.at(id); }

    // The best line that may interrupt now, made active; k_spurious if there is none.
    std::uint32_t acknowledge(bool group1, std::uint32_t priority_mask) {
        std::uint32_t best = k_spurious;
        std::uint32_t best_priority = running_.empty() ? priority_mask : std::min(priority_mask, running_.back());
        for (std::uint32_t id = 0; id < k_max_lines; ++id) {
            const Line& line = lines_[id];
            if (line.enabled && line.level && !line.active && line.targeted && line.group1 == group1 &&
                line.priority < best_priority) {
                best = id;
                best_priority = line.priority;
            }
        }
        if (best != k_spurious) {
            lines_[best].active = true;
            running_.push_back(best_priority);
        }
        return best;
    }
    // False: the line was not being served.
    bool end(std::uint32_t id) {
        if (id >= k_max_lines || !lines_[id].active || running_.empty()) {
            return false;
        }
        lines_[id].active = false;
        running_.pop_back();
        return true;
    }

    // One bit a line, 32 from `first` on.
    template <class Get>
    std::uint32_t bits(std::uint32_t first, Get get) const {
        std::uint32_t value = 0;
        for (std::uint32_t bit = 0; bit < 32 && first + bit < k_max_lines; ++bit) {
            value |= static_cast<std::uint32_t>(get(lines_[first + bit])) << bit;
        }
        return value;
    }
    template <class Set>
    void set_bits(std::uint32_t first, std::uint32_t value, Set set) {
        for (std::uint32_t bit = 0; bit < 32 && first + bit < k_max_lines; ++bit) {
            set(lines_[first + bit], ((value >> bit) & 1) != 0);
        }
    }
    // An enable register: ones set; a disable register: ones clear; zeros leave alone.
    void enable_bits(std::uint32_t first, std::uint32_t value, bool to) {
        set_bits(first, value, [to](Line& line, bool hit) { line.enabled = hit ? to : line.enabled; });
    }

private:
    std::array<Line, k_max_lines> lines_{};
    std::vector<std::uint32_t> running_;
};

}  // namespace phx::irq
