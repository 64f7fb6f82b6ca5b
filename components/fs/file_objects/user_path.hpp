// A path that a program passes.
#pragma once

#include <array>
#include <string_view>

#include <base/result.hpp>
#include <base/user.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {

// Short ones lie in the object, long ones on the heap.
class UserPath {
public:
    UserPath() = default;
    UserPath(const UserPath&) = delete;
    UserPath& operator=(const UserPath&) = delete;
    ~UserPath() {
        if (long_ != nullptr) [[unlikely]] {
            free_long();
        }
    }

    // Thread context, may sleep; once. EFAULT, ENAMETOOLONG, ENOMEM
    Result<std::string_view> read(UserPtr<const char> from) {
        const Result<std::string_view> text = vm::string_in(short_, from);
        if (text || text.error() != Errno::nametoolong) [[likely]] {
            return text;
        }
        return read_long(from);
    }

private:
    static constexpr std::size_t k_long_size = 4096;  // PATH_MAX, with its 0
    Result<std::string_view> read_long(UserPtr<const char> from);
    void free_long();

    std::array<char, 192> short_;
    char* long_ = nullptr;
};

}  // namespace phx::fs
