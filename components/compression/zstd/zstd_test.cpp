#include <compression/zstd/zstd.hpp>

#include <compression/interfaces/decompressor_play.hpp>
#include <wiring.hpp>

namespace phx::compression {
namespace {

TEST(Zstd, SeesDamage) {
    const std::string text = std::string(10'000, 't') + samples()[3].substr(0, 5000);
    const std::string packed = through("zstd -q -c", text);
    expect_damage_is_seen(wiring::dut, packed, text);
    std::string wrong = packed;
    wrong[packed.size() - 1] ^= 1;
    Collected output;
    EXPECT_EQ(unpack(wiring::dut, wrong, output).error(), Errno::badmsg);
}

TEST(Zstd, RecognisesItself) {
    EXPECT_FALSE(wiring::dut.recognises({}));
    EXPECT_FALSE(wiring::dut.recognises(std::as_bytes(std::span{"070701"})));
}

}  // namespace
}  // namespace phx::compression
