// Semihosting calls handled by a function that a test puts in; nobody listens by default.
#pragma once

#include <cstdint>

namespace phx::arch {

namespace host {
inline std::int64_t (*on_semihosting)(std::uint32_t operation, std::uint64_t parameter) = nullptr;
}

inline std::int64_t semihosting_call(std::uint32_t operation, std::uint64_t parameter) {
    return host::on_semihosting == nullptr ? -1 : host::on_semihosting(operation, parameter);
}
inline std::int64_t semihosting_read_character() { return semihosting_call(0x07, 0); }

}  // namespace phx::arch
