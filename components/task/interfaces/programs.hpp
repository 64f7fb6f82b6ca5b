// Executing programs.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include <base/result.hpp>

namespace phx::task {

// Thread context, of a program's thread; may sleep.
//   execute(path, arguments, environment)  execve(2) with words of the kernel's: the running thread has that program when it next goes to EL0. Its
//                                          errors; nothing has changed then
template <class T>
concept Programs = requires(T& programs, std::string_view path, std::span<const std::string_view> words) {
    { programs.execute(path, words, words) } -> std::same_as<Result<void>>;
};

}  // namespace phx::task
