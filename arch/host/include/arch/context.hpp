// Switching between threads of the kernel, as fibers of one host thread (makecontext(3)). The sanitizer is told of each switch.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <cstdint>

#include <sanitizer/common_interface_defs.h>

namespace phx::arch {

using ThreadStart = void (*)(void* argument);

struct Context {
    constexpr Context() = default;
    constexpr ~Context() { delete host; }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    ucontext_t* host = nullptr;
    const void* bottom = nullptr;
    std::size_t size = 0;
    ThreadStart start = nullptr;
    void* argument = nullptr;
    void* fake_stack = nullptr;
};

namespace host {
inline thread_local Context* left = nullptr;    // by the switch that is under way
inline thread_local Context* entered = nullptr;

inline void finish_switch() {
    const void* bottom = nullptr;
    std::size_t size = 0;
    __sanitizer_finish_switch_fiber(entered->fake_stack, &bottom, &size);
    if (left->bottom == nullptr) {  // the host thread's own stack, learnt on the first switch away from it
        left->bottom = bottom;
        left->size = size;
    }
}

inline void begin() {
    Context* self = entered;
    finish_switch();
    self->start(self->argument);
}
}  // namespace host

inline void switch_context(Context& from, const Context& to) {
    if (from.host == nullptr) {
        from.host = new ucontext_t;
    }
    host::left = &from;
    host::entered = const_cast<Context*>(&to);
    __sanitizer_start_switch_fiber(&from.fake_stack, to.bottom, to.size);
    swapcontext(from.host, to.host);
    host::finish_switch();
}

inline void make_context(Context& context, std::byte* bottom, std::byte* top, ThreadStart start, void* argument) {
    delete context.host;
    context.host = new ucontext_t;
    context.bottom = bottom;
    context.size = static_cast<std::size_t>(top - bottom);
    context.start = start;
    context.argument = argument;
    getcontext(context.host);
    context.host->uc_stack.ss_sp = bottom;
    context.host->uc_stack.ss_size = context.size;
    context.host->uc_link = nullptr;
    makecontext(context.host, &host::begin, 0);
}

}  // namespace phx::arch
