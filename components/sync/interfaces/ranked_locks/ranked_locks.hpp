#pragma once

namespace phx::sync {

// Stands for a component whose manifest declares locks; the tests make these themselves.
struct RankedLocks {};

}  // namespace phx::sync
