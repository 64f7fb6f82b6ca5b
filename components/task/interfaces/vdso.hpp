// Code of the kernel's that runs in programs: the time without a call, and the way back from signal handlers (vdso(7)).
#pragma once

#include <concepts>

#include <base/result.hpp>
#include <base/user.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::task {

//   map(space)    thread context; may sleep: puts it and the clock page into a program's memory, for execve. Where its ELF header is
//                 (AT_SYSINFO_EHDR), which is also noted as the layout's `vdso`. ENOMEM
//   sigreturn(at) any context: where a signal handler returns to that has no SA_RESTORER, in a vDSO that is mapped at `at`
template <class T>
concept Vdso = requires(T& vdso, const T& const_vdso, vm::AddressSpace& space, UserAddr at) {
    { vdso.map(space) } -> std::same_as<Result<UserAddr>>;
    { const_vdso.sigreturn(at) } -> std::same_as<UserAddr>;
};

}  // namespace phx::task
