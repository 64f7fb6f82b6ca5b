#pragma once


namespace phx::core {

template <class T>
concept Entry = requires(T& t) { t.start(); };

namespace archetype {
struct Entry {
    void start() {}
};
}  // namespace archetype

}  // namespace phx::core
