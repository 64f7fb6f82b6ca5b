#pragma once


namespace phx::core {

template <class T>
concept Irq = requires(T& t) { t.unmask(33u); };

namespace archetype {
struct Irq {
    void unmask(unsigned) {}
};
}  // namespace archetype

}  // namespace phx::core
