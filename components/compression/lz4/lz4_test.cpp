#include <compression/lz4/lz4.hpp>

#include <compression/interfaces/decompressor_play.hpp>
#include <wiring.hpp>

namespace phx::compression {
namespace {

TEST(Lz4, SeesDamage) {
    const std::string text = std::string(10'000, 't') + samples()[3].substr(0, 5000);
    const std::string packed = through("lz4 -l -q -c", text);
    for (std::size_t size = 9; size < packed.size(); ++size) {
        Collected output;
        EXPECT_EQ(unpack(wiring::dut, packed.substr(0, size), output).error(), Errno::badmsg) << size;
    }
    std::string wrong = packed;
    wrong[10] = '\xff';  // an offset to before the beginning
    wrong[11] = '\xff';
    Collected output;
    EXPECT_EQ(unpack(wiring::dut, wrong, output).error(), Errno::badmsg);
    output.most = 100;
    EXPECT_EQ(unpack(wiring::dut, packed, output).error(), Errno::nospc);
}

TEST(Lz4, EndsWhereSomethingElseBegins) {
    const std::string packed = through("lz4 -l -q -c", "text");
    Collected output;
    EXPECT_EQ(unpack(wiring::dut, packed + "070701", output).value(), packed.size());
    EXPECT_EQ(unpack(wiring::dut, packed + packed + "070701", output).value(), 2 * packed.size());
    EXPECT_EQ(output.text, "texttexttext");
}

// The newer frame is another format.
TEST(Lz4, RecognisesItself) {
    EXPECT_FALSE(wiring::dut.recognises({}));
    EXPECT_FALSE(wiring::dut.recognises(std::as_bytes(std::span{std::string_view{"\x04\x22\x4d\x18"}})));
}

}  // namespace
}  // namespace phx::compression
