#pragma once

#include <string_view>

#include <base/errno.hpp>

namespace phx::boot {

struct InitStep {
    std::string_view instance;
    std::string_view component;
    bool fatal;
};

class InitObserver {
public:
    virtual void on_failure(const InitStep&, Errno) = 0;

protected:
    ~InitObserver() = default;
};

template <class T>
concept InitSequence = requires(T& sequence, InitObserver& observer) { sequence.run(observer), sequence.run_cpu(observer); };

namespace archetype {
struct InitSequence {
    void run(InitObserver&) {}
    void run_cpu(InitObserver&) {}
};
}  // namespace archetype

}  // namespace phx::boot
