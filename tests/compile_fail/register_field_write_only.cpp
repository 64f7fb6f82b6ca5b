// expect: no matching member function for call to 'modify'
#include <base/registers.hpp>

struct Command : phx::Register<0x18, std::uint32_t, phx::Access::write> {
    using Start = phx::Field<Command, 0>;
};
struct Control : phx::Register<0x20> {
    using Start = phx::Field<Control, 0>;
};

void run(const phx::Registers& io) {
    io.modify<Command::Start>(1);  // wrong
    io.modify<Control::Start>(1);
}
