// Where trace points go. Code says <debug/trace/trace.hpp>, which costs nothing without a provider.
#pragma once

#include <concepts>

#include <debug/interfaces/trace_event.hpp>

namespace phx::trace {

//   present                   false: there are no trace points in this kernel
//   is_on()                   any context; a load
//   record(event, arguments)  any context, once is_on() has said so
//   set_on(on), clear()       any context
//   recorded()                any context: how many events are kept, over all CPUs
template <class T>
concept TraceSink = requires(const Event& event, const Arguments& arguments) {
    { T::present } -> std::convertible_to<bool>;
    { T::is_on() } -> std::same_as<bool>;
    { T::record(event, arguments) } -> std::same_as<void>;
    { T::set_on(true) } -> std::same_as<void>;
    { T::clear() } -> std::same_as<void>;
    { T::recorded() } -> std::same_as<std::uint64_t>;
};

}  // namespace phx::trace
