// CpuModel of a kernel for one CPU, for programs that no graph binds.
#pragma once

#include <smp/interfaces/one_cpu.hpp>

namespace phx::types {

using CpuModel = smp::OneCpu;

}  // namespace phx::types
