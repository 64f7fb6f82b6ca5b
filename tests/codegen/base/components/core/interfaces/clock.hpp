#pragma once


namespace phx::core {

template <class T>
concept Clock = requires(T& t) { t.now(); };

namespace archetype {
struct Clock {
    long now() { return 0; }
};
}  // namespace archetype

}  // namespace phx::core
