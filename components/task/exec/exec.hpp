// execve(2): the running thread's process goes on as another program. All that can fail comes first, in memory that the process does not have yet.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include <base/interrupt_guard.hpp>
#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/interfaces/file.hpp>
#include <task/interfaces/programs.hpp>

namespace phx::task {

struct Execution;

class ProgramLoader {
public:
    constexpr ProgramLoader() = default;

    // Programs
    Result<void> execute(std::string_view path, std::span<const std::string_view> arguments, std::span<const std::string_view> environment);

    // System calls
    Result<void> sys_execve(UserPtr<const char> path, UserPtr<const std::uint64_t> arguments, UserPtr<const std::uint64_t> environment);
    Result<void> sys_execveat(int directory, UserPtr<const char> path, UserPtr<const std::uint64_t> arguments,
                              UserPtr<const std::uint64_t> environment, int flags);

private:
    Result<void> run_from_user(Ref<fs::File> file, std::string_view path, UserPtr<const std::uint64_t> arguments,
                               UserPtr<const std::uint64_t> environment, bool is_reachable);
    Result<void> run(Execution& execution, Ref<fs::File> file);
};

}  // namespace phx::task
