// expect: no matching member function for call to 'write'
// expect: 'Status::writable' evaluated to false
#include <base/registers.hpp>

struct Status : phx::Register<0x18, std::uint32_t, phx::Access::read> {};
struct Control : phx::Register<0x20> {};

void run(const phx::Registers& io) {
    io.write<Status>(1);  // wrong
    io.write<Control>(1);
}
