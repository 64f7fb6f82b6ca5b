#pragma once


namespace phx::core {

template <class T>
concept Pages = requires(T& t) { t.take(); };

namespace archetype {
struct Pages {
    long take() { return 0; }
};
}  // namespace archetype

}  // namespace phx::core
