#include <vm/user_memory/user_memory.hpp>

#include <algorithm>

namespace phx::vm {
namespace {

[[nodiscard]] bool is_aligned_word(UserAddr at) { return at.is_aligned(sizeof(std::uint32_t)); }

Result<std::uint32_t> load(UserPtr<std::uint32_t> from, bool may_sleep) {
    if (!is_aligned_word(from.address())) {
        return Errno::inval;
    }
    if (!in_user_half(from.address(), sizeof(std::uint32_t))) {
        return Errno::fault;
    }
    const arch::UserWord word = arch::load_user_32(from.address().value(), may_sleep);
    return word.failed == 0 ? Result<std::uint32_t>{static_cast<std::uint32_t>(word.value)} : Errno::fault;
}

Result<std::uint32_t> exchange(UserPtr<std::uint32_t> at, std::uint32_t expected, std::uint32_t wanted, bool may_sleep) {
    if (!is_aligned_word(at.address())) {
        return Errno::inval;
    }
    if (!in_user_half(at.address(), sizeof(std::uint32_t))) {
        return Errno::fault;
    }
    const arch::UserWord word = arch::exchange_user_32(at.address().value(), expected, wanted, may_sleep);
    return word.failed == 0 ? Result<std::uint32_t>{static_cast<std::uint32_t>(word.value)} : Errno::fault;
}

}  // namespace

std::size_t copy_in_some(void* to, UserAddr from, std::size_t size) {
    return in_user_half(from, size) ? size - arch::copy_from_user(to, from.value(), size, true) : 0;
}

std::size_t copy_out_some(UserAddr to, const void* from, std::size_t size) {
    return in_user_half(to, size) ? size - arch::copy_to_user(to.value(), from, size, true) : 0;
}

std::size_t clear_some(UserAddr to, std::size_t size) { return in_user_half(to, size) ? size - arch::clear_user(to.value(), size, true) : 0; }

std::size_t copy_in_now(void* to, UserAddr from, std::size_t size) {
    return in_user_half(from, size) ? size - arch::copy_from_user(to, from.value(), size, false) : 0;
}

std::size_t copy_out_now(UserAddr to, const void* from, std::size_t size) {
    return in_user_half(to, size) ? size - arch::copy_to_user(to.value(), from, size, false) : 0;
}

std::size_t clear_now(UserAddr to, std::size_t size) { return in_user_half(to, size) ? size - arch::clear_user(to.value(), size, false) : 0; }

Result<void> copy_in(void* to, UserAddr from, std::size_t size) {
    return in_user_half(from, size) && arch::copy_from_user(to, from.value(), size, true) == 0 ? Errno{} : Errno::fault;
}

Result<void> copy_out(UserAddr to, const void* from, std::size_t size) {
    return in_user_half(to, size) && arch::copy_to_user(to.value(), from, size, true) == 0 ? Errno{} : Errno::fault;
}

Result<std::string_view> string_in(std::span<char> to, UserPtr<const char> from) {
    const std::uint64_t at = from.address().value();
    if (at >= arch::k_user_limit) {
        return Errno::fault;
    }
    const std::size_t most = std::min<std::uint64_t>(to.size(), arch::k_user_limit - at);
    const std::int64_t length = arch::string_from_user(to.data(), at, most, true);
    if (length < 0) {
        return Errno::fault;
    }
    if (static_cast<std::size_t>(length) == most) {
        return most == to.size() ? Errno::nametoolong : Errno::fault;
    }
    return std::string_view{to.data(), static_cast<std::size_t>(length)};
}

Result<std::uint32_t> load_word(UserPtr<std::uint32_t> from) { return load(from, true); }
Result<std::uint32_t> load_word_now(UserPtr<std::uint32_t> from) { return load(from, false); }

Result<std::uint32_t> exchange_word(UserPtr<std::uint32_t> at, std::uint32_t expected, std::uint32_t wanted) {
    return exchange(at, expected, wanted, true);
}
Result<std::uint32_t> exchange_word_now(UserPtr<std::uint32_t> at, std::uint32_t expected, std::uint32_t wanted) {
    return exchange(at, expected, wanted, false);
}

Result<void> bring_in(UserAddr at, bool for_write) {
    if (for_write) {
        return in_user_half(at, 1) && arch::touch_user(at.value(), true) ? Errno{} : Errno::fault;
    }
    std::byte ignored;
    return copy_in(&ignored, at, 1);
}

}  // namespace phx::vm
