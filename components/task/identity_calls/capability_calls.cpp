// capget(2), capset(2).
#include <array>

#include <ports/identity_calls.hpp>
#include <task/identity_calls/identity_calls.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

// How many words of each set the caller speaks of; an unknown version is told which one there is.
Result<std::size_t> words_of(UserPtr<__user_cap_header_struct> place, const __user_cap_header_struct& header) {
    switch (header.version) {
    case _LINUX_CAPABILITY_VERSION_1:
        return std::size_t{1};
    case _LINUX_CAPABILITY_VERSION_2:
    case _LINUX_CAPABILITY_VERSION_3:
        return std::size_t{2};
    default: {
        __user_cap_header_struct answer = header;
        answer.version = _LINUX_CAPABILITY_VERSION_3;
        TRY(vm::write(place, answer));
        return Errno::inval;
    }
    }
}

using Data = std::array<__user_cap_data_struct, 2>;

[[nodiscard]] std::uint32_t word(CapabilitySet set, std::size_t index) { return static_cast<std::uint32_t>(set >> (32 * index)); }

}  // namespace

Result<void> IdentityCalls::sys_capget(UserPtr<__user_cap_header_struct> place, UserPtr<__user_cap_data_struct> to) {
    const __user_cap_header_struct header = TRY(vm::read(place));
    const Result<std::size_t> words = words_of(place, header);
    if (!words) {
        return to.is_null() && words.error() == Errno::inval ? Result<void>{} : words.error();
    }
    if (to.is_null()) {
        return {};
    }
    if (header.pid < 0) {
        return Errno::inval;
    }
    CredentialFields fields = own();
    if (header.pid != 0 && header.pid != current_user().tid) {
        const Ref<UserThread> thread = ports::identity_calls::processes().find_thread(header.pid);
        if (!thread) {
            return Errno::srch;
        }
        const SpinGuard guard{thread->process->lock};
        const Credentials* const other = thread->credentials.load(std::memory_order_relaxed);
        if (other == nullptr) {
            return Errno::srch;
        }
        fields = *other;
    }
    Data data{};
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = {.effective = word(fields.effective, i), .permitted = word(fields.permitted, i), .inheritable = word(fields.inheritable, i)};
    }
    return vm::copy_out(to.address(), data.data(), *words * sizeof data[0]);
}

Result<void> IdentityCalls::sys_capset(UserPtr<__user_cap_header_struct> place, UserPtr<const __user_cap_data_struct> from) {
    const __user_cap_header_struct header = TRY(vm::read(place));
    const std::size_t words = TRY(words_of(place, header));
    if (header.pid != 0 && header.pid != current_user().tid) {
        return Errno::perm;
    }
    Data data{};
    TRY(vm::copy_in(data.data(), from.address(), words * sizeof data[0]));
    const auto joined = [&data](std::uint32_t __user_cap_data_struct::* field) {
        return (CapabilitySet{data[1].*field} << 32 | data[0].*field) & k_all_capabilities;
    };
    CredentialFields fields = own();
    const CapabilitySet effective = joined(&__user_cap_data_struct::effective);
    const CapabilitySet permitted = joined(&__user_cap_data_struct::permitted);
    const CapabilitySet inheritable = joined(&__user_cap_data_struct::inheritable);
    const CapabilitySet inherits_from = fields.has(CAP_SETPCAP) ? fields.inheritable | fields.bounding : fields.inheritable | fields.permitted;
    if ((inheritable & ~inherits_from) != 0 || (inheritable & ~(fields.inheritable | fields.bounding)) != 0 || (permitted & ~fields.permitted) != 0 ||
        (effective & ~permitted) != 0) {
        return Errno::perm;
    }
    fields.effective = effective;
    fields.permitted = permitted;
    fields.inheritable = inheritable;
    fields.ambient &= permitted & inheritable;
    return become(fields);
}

}  // namespace phx::task
