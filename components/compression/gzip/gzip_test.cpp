#include <compression/gzip/gzip.hpp>

#include <compression/gzip/crc32.hpp>
#include <compression/interfaces/decompressor_play.hpp>
#include <wiring.hpp>

namespace phx::compression {
namespace {

TEST(Crc32, IsThatOfTheRfc) {
    Crc32 crc;
    crc.add(std::as_bytes(std::span{std::string_view{"123456789"}}));
    EXPECT_EQ(crc.value(), 0xcbf4'3926U);
    Crc32 in_parts;
    in_parts.add(std::as_bytes(std::span{std::string_view{"12345"}}));
    in_parts.add(std::as_bytes(std::span{std::string_view{"6789"}}));
    EXPECT_EQ(in_parts.value(), crc.value());
}

TEST(Gzip, UnpacksWhatGzipPacks) {
    expect_round_trips(wiring::dut, {"gzip -c", "gzip -1 -c", "gzip -9 -n -c"}, std::string(5, '\0'));
}

TEST(Gzip, SeesDamage) {
    const std::string text(10'000, 't');
    const std::string packed = through("gzip -n -c", text + samples()[3].substr(0, 5000));
    expect_damage_is_seen(wiring::dut, packed, text + samples()[3].substr(0, 5000));
    for (std::size_t at : {packed.size() - 1, packed.size() - 5, packed.size() - 2000}) {
        std::string wrong = packed;
        wrong[at] ^= 4;
        Collected output;
        EXPECT_EQ(unpack(wiring::dut, wrong, output).error(), Errno::badmsg) << at;
    }
}

TEST(Gzip, PassesOverWhatAHeaderMayHold) {
    const std::string packed = through("gzip -n -c", "text");
    const std::string parts =
        std::string("\x03\0", 2) + "abc" + std::string("name\0", 5) + std::string("comment\0", 8) + "cc";
    const std::string with_all = packed.substr(0, 3) + '\x1e' + packed.substr(4, 6) + parts + packed.substr(10);
    Collected output;
    EXPECT_EQ(unpack(wiring::dut, with_all, output).value(), with_all.size());
    EXPECT_EQ(output.text, "text");
    for (std::size_t size = 0; size < 10 + parts.size(); ++size) {
        EXPECT_EQ(unpack(wiring::dut, with_all.substr(0, size), output).error(), Errno::badmsg);
    }
    std::string unknown = packed;
    unknown[3] = '\x20';
    EXPECT_EQ(unpack(wiring::dut, unknown, output).error(), Errno::opnotsupp);
}

TEST(Gzip, RecognisesItself) {
    EXPECT_FALSE(wiring::dut.recognises({}));
    EXPECT_FALSE(wiring::dut.recognises(std::as_bytes(std::span{"070701"})));
}

}  // namespace
}  // namespace phx::compression
