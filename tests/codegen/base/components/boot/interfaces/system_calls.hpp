#pragma once

#include <syscall/interfaces/system_calls.hpp>
#include <syscall/interfaces/system_calls_archetype.hpp>
