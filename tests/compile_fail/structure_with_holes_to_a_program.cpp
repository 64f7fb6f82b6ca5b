// expect: no matching function for call to 'write'
// expect: has_unique_object_representations
#include <vm/user_memory/user_memory.hpp>

struct Holey {
    char kind;
    long value;
};

void tell(phx::UserPtr<Holey> to, const Holey& what) {
    (void)phx::vm::write(to, what);  // wrong
    phx::vm::Zeroed<Holey> whole;
    whole->kind = what.kind;
    (void)phx::vm::write(to, whole);
}
