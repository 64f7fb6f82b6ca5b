#include <console/interfaces/console_conformance.hpp>
#include <console/interfaces/fake_console/fake_console.hpp>

namespace phx::console {
namespace {

struct FakeTraits {
    using Provider = FakeConsole;
    static constexpr bool has_input = true;

    FakeConsole& ready() { return console_; }
    // The fake keeps lines as the kernel writes them; a terminal would get them so.
    [[nodiscard]] std::string output() const {
        std::string text;
        for (const char c : console_.output()) {
            text += c == '\n' ? std::string{"\r\n"} : std::string{c};
        }
        return text;
    }
    void type(std::string_view text) { console_.type(text); }

private:
    FakeConsole console_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, ConsoleConformance, FakeTraits);

}  // namespace
}  // namespace phx::console
