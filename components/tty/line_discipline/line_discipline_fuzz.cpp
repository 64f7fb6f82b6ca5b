// Any modes, any typing: no access out of bounds (ASan), and the books of the buffer hold.
#include <tty/line_discipline/line_discipline.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace {

class Nowhere final : public phx::tty::Effects {
public:
    void show(std::span<const char>) override {}
    void signal(phx::tty::KeySignal, bool) override {}
    void stop_output(bool) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    phx::tty::LineDiscipline discipline;
    Nowhere nowhere;
    while (size > 1) {
        const std::uint8_t what = *data;
        const std::size_t length = std::min<std::size_t>(size - 1, what >> 2);
        ++data;
        --size;
        if ((what & 3) == 0 && size >= sizeof(phx::tty::Termios)) {
            phx::tty::Termios termios;
            std::memcpy(&termios, data, sizeof termios);
            discipline.set_termios(termios, nowhere);
            data += sizeof termios;
            size -= sizeof termios;
            continue;
        }
        std::array<char, 64> bytes{};
        std::memcpy(bytes.data(), data, std::min(length, bytes.size()));
        if ((what & 3) == 1) {
            const auto read = discipline.read(std::span{bytes}.first(length));
            if (read.size > length) {
                std::abort();
            }
        } else {
            for (int again = 0; again < 100; ++again) {
                if (discipline.receive(std::span{bytes}.first(length), nowhere) > length) {
                    std::abort();
                }
            }
        }
        if (discipline.count() > phx::tty::LineDiscipline::k_capacity) {
            std::abort();
        }
        data += length;
        size -= length;
    }
    return 0;
}
