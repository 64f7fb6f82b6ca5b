#include <console/semihosting_console/semihosting_console.hpp>

#include <gtest/gtest.h>

#include <arch/semihosting.hpp>
#include <console/interfaces/console_conformance.hpp>

namespace phx::console {
namespace {

// The other side, as the specification has it.
struct Listener {
    static inline std::string output;
    static inline std::string input;
    static inline unsigned calls = 0;

    Listener() {
        output.clear();
        input.clear();
        calls = 0;
        arch::host::on_semihosting = [](std::uint32_t operation, std::uint64_t parameter) -> std::int64_t {
            ++calls;
            switch (operation) {
            case 0x03:
                output += *reinterpret_cast<const char*>(parameter);
                return 0;
            case 0x04:
                output += reinterpret_cast<const char*>(parameter);
                return 0;
            case 0x07: {
                EXPECT_EQ(parameter, 0U);
                if (input.empty()) {
                    return -1;
                }
                const auto c = static_cast<unsigned char>(input.front());
                input.erase(0, 1);
                return c;
            }
            default:
                ADD_FAILURE() << "operation " << operation;
                return -1;
            }
        };
    }
    ~Listener() { arch::host::on_semihosting = nullptr; }
};

struct Traits {
    using Provider = SemihostingConsole;
    static constexpr bool has_input = true;

    SemihostingConsole& ready() { return console_; }
    [[nodiscard]] static std::string output() { return Listener::output; }
    static void type(std::string_view text) { Listener::input += text; }

private:
    Listener listener_;
    SemihostingConsole console_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Semihosting, ConsoleConformance, Traits);

TEST(SemihostingConsole, AMessageIsOneCall) {
    const Listener listener;
    SemihostingConsole{}.write("[    0.000001] uart: a line as the log writes them\n");
    EXPECT_EQ(Listener::calls, 1U);
}

TEST(SemihostingConsole, KeepsTheOrderAroundANul) {
    const Listener listener;
    const std::string text{"a\0b", 3};
    SemihostingConsole{}.write(text);
    EXPECT_EQ(Listener::output, text);
}

TEST(SemihostingConsole, ReadsBytesAbove127) {
    const Listener listener;
    Listener::input = "\xff";
    EXPECT_EQ(*SemihostingConsole{}.read(), '\xff');
}

TEST(SemihostingConsole, HasNoInputIfNobodyListens) {
    EXPECT_EQ(SemihostingConsole{}.read().error(), Errno::nodev);
}

}  // namespace
}  // namespace phx::console
