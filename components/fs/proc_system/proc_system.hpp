// The files of /proc that are about the whole system (proc(5)).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <fs/interfaces/proc_files.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>

namespace phx::fs {

class ProcSystem final : public ProcFiles {
public:
    constexpr ProcSystem() = default;

    // ProcFiles
    [[nodiscard]] std::span<const ProcEntry> files() const override;
    Result<void> show(std::size_t index, TextSink& sink) override;

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("load average");
    static constexpr std::size_t k_averages = 3;

    void show_load(TextSink& sink);
    void show_boot_id(TextSink& sink);

    // Averages over 1, 5 and 15 minutes in units of 1/2048, brought up to date when they are read: what is runnable then counts for all the time since.
    SpinLock lock_{k_class};
    std::array<std::uint64_t, k_averages> averages_ __attribute__((guarded_by(lock_))){};
    std::int64_t averaged_at_ __attribute__((guarded_by(lock_))) = 0;  // in seconds
    std::array<std::byte, 16> boot_id_ __attribute__((guarded_by(lock_))){};
    bool has_boot_id_ __attribute__((guarded_by(lock_))) = false;
};

}  // namespace phx::fs
