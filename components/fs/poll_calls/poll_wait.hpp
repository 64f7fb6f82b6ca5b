// A thread that waits until one of several files is ready. Within poll_calls only.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/interfaces/poll.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>

namespace phx::fs {

// Registers with the sources of the files that it is shown, which it holds, until it ends.
class PollWait final : private PollRegistrar {
public:
    PollWait() = default;
    PollWait(const PollWait&) = delete;
    PollWait& operator=(const PollWait&) = delete;
    ~PollWait();

    // What is ready of a file among `wanted`; from now on it is waited for.
    PollEvents add(const Ref<File>& file, PollEvents wanted);
    // ENOMEM: not all are waited for.
    [[nodiscard]] Errno error() const { return error_; }
    // Until one of them may be ready, a signal comes, or the deadline has passed; none: INT64_MAX.
    WaitEnd wait(Nanoseconds deadline);

private:
    struct Watch final : PollWatch {
        void on_events(PollEvents events) override;

        PollWait* owner = nullptr;
        PollSource* source = nullptr;
        Ref<File> file;
        PollEvents wanted = 0;
        Watch* before = nullptr;
        bool inline_room = false;
    };
    static constexpr std::size_t k_inline = 8;
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("poll");

    void watch(PollSource& source) override;

    SpinLock lock_{k_class};
    bool told_ __attribute__((guarded_by(lock_))) = false;
    WaitQueue queue_{"poll"};
    Errno error_{};
    const Ref<File>* file_ = nullptr;  // that is being shown
    PollEvents wanted_ = 0;
    Watch* last_ = nullptr;
    std::size_t used_ = 0;
    std::array<Watch, k_inline> watches_;
};

}  // namespace phx::fs
