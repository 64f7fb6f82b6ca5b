#include "torture.hpp"

#include <algorithm>
#include <array>

#include <base/format.hpp>
#include <params/torture.hpp>
#include <ports/torture.hpp>

namespace phx::debug {
namespace {

constexpr unsigned k_workers = params::torture::workers;
constexpr std::size_t k_most_loads = 8;

constinit std::atomic<bool> g_stop{false};

template <class... A>
void print(FormatString<std::type_identity_t<A>...> format, const A&... args) {
    std::array<char, 160> line;
    ports::torture::console().write(format_to(line, format, args...));
}

[[nodiscard]] std::int64_t seconds() {
    constexpr std::string_view key = "seconds=";
    const std::string_view arguments = ports::torture::boot_info().bootargs();
    const std::size_t at = arguments.find(key);
    std::int64_t value = 0;
    if (at != std::string_view::npos) {
        for (char c : arguments.substr(at + key.size())) {
            if (c < '0' || c > '9' || value > 86400) {
                break;
            }
            value = 10 * value + (c - '0');
        }
    }
    return value > 0 ? value : params::torture::seconds;
}

struct Worker {
    const torture::Load* load;
    unsigned number;
    task::Thread* thread;
};
constinit std::array<Worker, k_most_loads * k_workers> g_workers{};

[[nodiscard]] std::size_t start_workers() {
    std::size_t count = 0;
    for (const torture::Load& load : torture::loads()) {
        for (unsigned number = 0; number < k_workers; ++number) {
            Worker& worker = g_workers[count];
            worker = {&load, number, nullptr};
            const auto made = ports::torture::threads().create({.name = load.name}, [](void* argument) {
                const Worker& self = *static_cast<Worker*>(argument);
                self.load->work(self.number);
            }, &worker);
            if (!made) {
                print("torture {}: no thread, {}\n", load.name, made.error());
                return count;
            }
            worker.thread = *made;
            ++count;
        }
    }
    return count;
}

}  // namespace

bool torture::stopped() { return g_stop.load(std::memory_order_relaxed); }

int Torture::run() {
    const std::int64_t time = seconds();
    const memory::PageStats pages_before = ports::torture::pages().stats();
    const std::size_t wanted = torture::loads().size() * k_workers;
    print("torture: {} threads for {} s\n", wanted, time);
    const std::size_t started = start_workers();
    ports::torture::threads().sleep_until(ports::torture::clock().now() + Nanoseconds{time * 1'000'000'000});
    g_stop.store(true, std::memory_order_relaxed);
    for (const Worker& worker : std::span{g_workers}.first(started)) {
        ports::torture::threads().join(*worker.thread);
    }
    bool good = started == wanted;
    for (const torture::Load& load : torture::loads()) {
        const bool ok = load.check();
        print("torture {}: {} {}\n", load.name, load.rounds.load(), ok ? "ok" : "FAILED");
        good = good && ok && load.rounds.load() > 0;
    }
    const memory::PageStats pages = ports::torture::pages().stats();
    const memory::HeapStats heap = ports::torture::heap().stats();
    print("torture: pages free {} of {} before, {} now; {} objects live\n", pages_before.free_frames, pages.total_frames, pages.free_frames,
          heap.live_objects);
    print("torture: {}\n", good ? "ok" : "FAILED");
    return good ? 0 : 1;
}

}  // namespace phx::debug
