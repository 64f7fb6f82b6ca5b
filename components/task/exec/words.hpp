// The words of a program: its arguments and its environment, on their way from the old program's memory, or the kernel, to the new one's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/result.hpp>
#include <base/user.hpp>
#include <task/exec/pile.hpp>

namespace phx::task {

class Words {
public:
    static constexpr std::size_t k_longest = 131072;  // MAX_ARG_STRLEN of Linux's uapi linux/binfmts.h, with its 0

    // How many bytes they may take in all, with the pointers to them (execve(2), "Limits on size of arguments and environment").
    void set_limit(std::size_t bytes) { limit_ = bytes; }

    // E2BIG, EFAULT, ENOMEM.
    Result<void> add(std::string_view word);
    Result<void> add_from(UserPtr<const char> word);
    // All of an array of pointers that ends with 0; null: none.
    Result<void> add_all_from(UserPtr<const std::uint64_t> array);
    // In place of the first word (a script's interpreter): less by one then; none: nothing happens.
    void drop_first();

    [[nodiscard]] std::size_t count() const { return count_; }
    // The words' bytes with their 0s.
    [[nodiscard]] std::size_t size() const { return bytes_.size() - dropped_bytes_; }
    // f(bytes) -> Result<void>
    template <class F>
    Result<void> for_each_stretch(F&& f) const {
        return bytes_.for_each(dropped_bytes_, size(), f);
    }
    // f(length with the 0) -> Result<void>, for each word.
    template <class F>
    Result<void> for_each_length(F&& f) const {
        return lengths_.for_each(dropped_ * sizeof(std::uint32_t), count_ * sizeof(std::uint32_t), [&](std::span<const std::byte> bytes) -> Result<void> {
            const auto* lengths = reinterpret_cast<const std::uint32_t*>(bytes.data());
            for (std::size_t i = 0; i < bytes.size() / sizeof(std::uint32_t); ++i) {
                TRY(f(lengths[i]));
            }
            return {};
        });
    }

private:
    Result<void> note(std::size_t length);

    Pile bytes_;
    Pile lengths_;
    std::size_t count_ = 0;
    std::size_t dropped_ = 0;  // words at the beginning
    std::size_t dropped_bytes_ = 0;
    std::size_t limit_ = SIZE_MAX;
};

}  // namespace phx::task
