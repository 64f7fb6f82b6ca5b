// What GICv2 and GICv3 have in common, for host tests: lines with an enable, a level, an activity and a priority, the first 32 for each CPU
// its own, and the running priority of each CPU (Arm IHI 0048B.b, 3.2.4 and 3.3; IHI 0069G, 4.1 and 4.8). The calling CPU is the one that
// arch::current() names.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <arch/thread_head.hpp>

namespace phx::irq {

class GicModel {
public:
    static constexpr std::uint32_t k_max_lines = 1020;
    static constexpr std::uint32_t k_spurious = 1023;
    static constexpr unsigned k_cpus = 4;

    struct Line {
        bool enabled = false;
        bool level = false;
        bool active = false;
        bool group1 = false;
        bool edge = false;
        std::uint8_t priority = 0;
        std::uint8_t sent_by = 0;  // one bit a CPU whose software interrupt waits
        int cpu = -1;              // that a shared line goes to
    };
    struct Served {
        std::uint32_t id = k_spurious;
        unsigned sent_by = 0;
    };

    // As the calling CPU sees it.
    Line& line(std::uint32_t id) { return line_of(arch::current()->cpu, id); }
    Line& line_of(unsigned cpu, std::uint32_t id) { return id < 32 ? own_.at(cpu)[id] : shared_.at(id); }

    // The best line that may interrupt the calling CPU now, made active; k_spurious if there is none.
    Served acknowledge(bool group1, std::uint32_t priority_mask) {
        const unsigned cpu = arch::current()->cpu;
        std::vector<std::uint32_t>& running = running_.at(cpu);
        Served best;
        std::uint32_t best_priority = running.empty() ? priority_mask : std::min(priority_mask, running.back());
        for (std::uint32_t id = 0; id < k_max_lines; ++id) {
            const Line& line = line_of(cpu, id);
            const bool here = id < 32 || line.cpu == static_cast<int>(cpu);
            if (line.enabled && (line.level || line.sent_by != 0) && !line.active && here && line.group1 == group1 &&
                line.priority < best_priority) {
                best.id = id;
                best_priority = line.priority;
            }
        }
        if (best.id != k_spurious) {
            Line& line = line_of(cpu, best.id);
            line.active = true;
            running.push_back(best_priority);
            if (line.sent_by != 0) {
                best.sent_by = static_cast<unsigned>(__builtin_ctz(line.sent_by));
                line.sent_by &= static_cast<std::uint8_t>(line.sent_by - 1);
            }
        }
        return best;
    }
    // False: the line was not being served.
    bool end(std::uint32_t id) {
        std::vector<std::uint32_t>& running = running_.at(arch::current()->cpu);
        if (id >= k_max_lines || !line(id).active || running.empty()) {
            return false;
        }
        line(id).active = false;
        running.pop_back();
        return true;
    }
    void send(std::uint32_t id, unsigned to, unsigned from) {
        line_of(to, id).sent_by |= static_cast<std::uint8_t>(1U << from);
    }

    // One bit a line, 32 from `first` on.
    template <class Set>
    void set_bits(std::uint32_t first, std::uint32_t value, Set set) {
        for (std::uint32_t bit = 0; bit < 32 && first + bit < k_max_lines; ++bit) {
            set(line(first + bit), ((value >> bit) & 1) != 0);
        }
    }
    // An enable register: ones set; a disable register: ones clear; zeros leave alone.
    void enable_bits(std::uint32_t first, std::uint32_t value, bool to) {
        set_bits(first, value, [to](Line& line, bool hit) { line.enabled = hit ? to : line.enabled; });
    }
    // GICD_ICFGR, two bits a line, 16 lines from `first` on.
    std::uint32_t triggers(std::uint32_t first) {
        std::uint32_t value = 0;
        for (std::uint32_t i = 0; i < 16; ++i) {
            value |= line(first + i).edge ? 2U << (2 * i) : 0;
        }
        return value;
    }
    void set_triggers(std::uint32_t first, std::uint32_t value) {
        for (std::uint32_t i = 0; i < 16; ++i) {
            line(first + i).edge = ((value >> (2 * i)) & 2) != 0;
        }
    }

private:
    std::array<std::array<Line, 32>, k_cpus> own_{};
    std::array<Line, k_max_lines> shared_{};
    std::array<std::vector<std::uint32_t>, k_cpus> running_;
};

// The rest of a scope runs on that CPU.
class OnCpu {
public:
    explicit OnCpu(unsigned cpu) : before_{arch::current()->cpu} { arch::current()->cpu = cpu; }
    ~OnCpu() { arch::current()->cpu = before_; }
    OnCpu(const OnCpu&) = delete;
    OnCpu& operator=(const OnCpu&) = delete;

private:
    unsigned before_;
};

}  // namespace phx::irq
