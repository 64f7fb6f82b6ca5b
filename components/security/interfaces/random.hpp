// Random bytes that nobody can guess (random(7)).
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include <base/result.hpp>

namespace phx::security {

// Any context, unless said otherwise.
//   fill(to)           at once, however little is known that is random: for addresses, hash tables, /dev/urandom
//   is_ready()         enough is known for keys
//   wait_ready()       thread context; may sleep: until then; EINTR as Errno::restart_sys
//   add(data, bits)    mixes it in; how many bits of it nobody can know
template <class T>
concept Random = requires(T& random, std::span<std::byte> to, std::span<const std::byte> from, unsigned bits) {
    { random.fill(to) } -> std::same_as<void>;
    { random.is_ready() } -> std::same_as<bool>;
    { random.wait_ready() } -> std::same_as<Result<void>>;
    { random.add(from, bits) } -> std::same_as<void>;
};

}  // namespace phx::security
