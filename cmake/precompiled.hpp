// What nearly every kernel source includes. Read once for an image, see PhxImage.cmake; sources include what they need all the same, as
// archetype builds and host tests compile them without this.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <base/errno.hpp>
#include <base/format.hpp>
#include <base/panic.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
