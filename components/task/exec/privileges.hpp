// Who a program runs as (execve(2); capabilities(7), "Transformation of capabilities during execve()").
#pragma once

#include <fs/interfaces/file.hpp>
#include <task/interfaces/credentials.hpp>

namespace phx::task {

struct Privileges {
    CredentialFields fields;
    bool changes = false;  // they are not what the caller's were
    bool secure = false;   // AT_SECURE: the program can do what its caller could not
};

// `file` is the program itself, not a script. Files have no capabilities here.
[[nodiscard]] Privileges privileges_of(const fs::File& file, const CredentialFields& caller);

}  // namespace phx::task
