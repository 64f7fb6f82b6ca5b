// What the library's own files share.
#pragma once

#include <base/panic.hpp>
#include <base/types.hpp>
#include <ports/page_cache.hpp>
#include <vm/page_cache/page_cache.hpp>

namespace phx::vm {

// A graph in which somebody has a cache has these.
[[nodiscard]] inline auto& frames() {
    auto* const frames = ports::page_cache::frames();
    ASSERT(frames != nullptr);
    return *frames;
}
[[nodiscard]] inline std::byte* bytes_of(Frame frame) {
    return frames().bytes(frame);
}
// Of a cache's page, which always has one.
[[nodiscard]] inline FrameRecord& record_of(Frame frame) { return *frames().record(frame); }

}  // namespace phx::vm
