#include <console/semihosting_console/semihosting_console.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <arch/semihosting.hpp>

namespace phx::console {
namespace {

// Operation numbers and their parameters: chapter 6.
constexpr std::uint32_t k_sys_writec = 0x03;  // the address of one character
constexpr std::uint32_t k_sys_write0 = 0x04;  // the address of a text that ends with NUL

std::uint64_t address_of(const char* text) {
    return reinterpret_cast<std::uintptr_t>(text);
}

// Gathers characters, for a call costs thousands of times what a character does.
class Batch {
public:
    void put(char c) {
        if (c == '\0') {  // which SYS_WRITE0 cannot carry
            send();
            arch::semihosting_call(k_sys_writec, address_of(&c));
            return;
        }
        text_[used_++] = c;
        if (used_ + 1 == text_.size()) {
            send();
        }
    }
    void send() {
        if (used_ > 0) {
            text_[used_] = '\0';
            arch::semihosting_call(k_sys_write0, address_of(text_.data()));
            used_ = 0;
        }
    }

private:
    std::array<char, 128> text_;
    std::size_t used_ = 0;
};

}  // namespace

void SemihostingConsole::write(std::string_view text) {
    Batch batch;
    for (const char c : text) {
        if (c == '\n') {
            batch.put('\r');
        }
        batch.put(c);
    }
    batch.send();
}

Result<char> SemihostingConsole::read() {
    const std::int64_t answer = arch::semihosting_read_character();
    if (answer < 0 || answer > 0xff) {
        return Errno::nodev;
    }
    return static_cast<char>(answer);
}

}  // namespace phx::console
