// Firmware calls recorded for a test.
#pragma once

#include <cstdint>
#include <vector>

namespace phx::arch {

namespace host {
struct FirmwareCall {
    bool secure;  // smc
    std::uint32_t function;
    std::uint64_t a1, a2, a3;
};
inline std::vector<FirmwareCall> firmware_calls;
inline std::int64_t firmware_result = -1;
}  // namespace host

inline std::int64_t hvc(std::uint32_t function, std::uint64_t a1 = 0, std::uint64_t a2 = 0, std::uint64_t a3 = 0) {
    host::firmware_calls.push_back({false, function, a1, a2, a3});
    return host::firmware_result;
}
inline std::int64_t smc(std::uint32_t function, std::uint64_t a1 = 0, std::uint64_t a2 = 0, std::uint64_t a3 = 0) {
    host::firmware_calls.push_back({true, function, a1, a2, a3});
    return host::firmware_result;
}

}  // namespace phx::arch
