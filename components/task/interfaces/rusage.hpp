// What processes have used, as getrusage(2) tells it.
#pragma once

#include <arch/resource_abi.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {

[[nodiscard]] inline uapi::rusage to_rusage(const Usage& usage) {
    constexpr std::int64_t k_second = 1'000'000'000;
    uapi::rusage told{};
    told.ru_utime = {usage.user_time.count() / k_second, usage.user_time.count() % k_second / 1000};
    told.ru_stime = {usage.system_time.count() / k_second, usage.system_time.count() % k_second / 1000};
    told.ru_maxrss = static_cast<long>(usage.peak_resident * (k_page_size / KiB));
    told.ru_minflt = static_cast<long>(usage.minor_faults);
    told.ru_majflt = static_cast<long>(usage.major_faults);
    told.ru_nvcsw = static_cast<long>(usage.switches);
    return told;
}

}  // namespace phx::task
