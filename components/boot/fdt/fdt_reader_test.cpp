#include "fdt_reader.hpp"

#include <gtest/gtest.h>

#include "fdt_builder.hpp"

namespace phx::boot {
namespace {

constexpr std::size_t k_size_field = 4;
constexpr std::size_t k_structure_field = 8;
constexpr std::size_t k_strings_field = 12;
constexpr std::size_t k_reservations_field = 16;
constexpr std::size_t k_version_field = 20;
constexpr std::size_t k_compatible_version_field = 24;
constexpr std::size_t k_strings_size_field = 32;
constexpr std::size_t k_structure_size_field = 36;

// Every token as text, up to the end or the fault.
std::string tokens(const Blob& blob) {
    FdtReader reader{blob};
    if (reader.fault() != FdtFault::none) {
        return "!" + std::string{describe(reader.fault())};
    }
    std::string all;
    for (;;) {
        switch (reader.next()) {
        case FdtEvent::begin_node:
            all += "<" + std::string{reader.name()};
            break;
        case FdtEvent::property:
            all += reader.is("reg") ? "[reg" : "[?";
            all += std::to_string(reader.value().size()) + "]";
            break;
        case FdtEvent::end_node:
            all += ">";
            break;
        case FdtEvent::end:
            return all + ".";
        case FdtEvent::fault:
            return all + "!" + std::string{describe(reader.fault())};
        }
    }
}

Blob small_tree() {
    return FdtBuilder{}
        .begin("")
        .cells("reg", {1, 2})
        .begin("a")
        .string("model", "xyz")
        .end()
        .nop()
        .begin("bcde")
        .end()
        .end()
        .build();
}

FdtFault fault_of(const Blob& blob) {
    return FdtReader{blob}.fault();
}

TEST(FdtReader, GivesTheTokensInOrder) {
    EXPECT_EQ(tokens(small_tree()), "<[reg8]<a[?4]><bcde>>.");
}

TEST(FdtReader, ReadsTheReservations) {
    const Blob blob = FdtBuilder{}.reserve(0x1'4000'0000, 0x1000).reserve(0x5000'0000, 0x2000).begin("").end().build();
    FdtReader reader{blob};
    EXPECT_EQ(reader.next_reservation(), (PhysRange{PhysAddr{0x1'4000'0000}, 0x1000}));
    EXPECT_EQ(reader.next_reservation(), (PhysRange{PhysAddr{0x5000'0000}, 0x2000}));
    EXPECT_EQ(reader.next_reservation(), std::nullopt);
    EXPECT_EQ(reader.next_reservation(), std::nullopt);
}

TEST(FdtReader, GivesNothingOfATreeThatIsNotWhole) {
    Blob blob = FdtBuilder{}.reserve(0x4000'0000, 0x1000).begin("").end().build();
    blob.resize(48);  // inside the reservation
    FdtReader reader{blob};
    EXPECT_EQ(reader.fault(), FdtFault::larger_than_window);
    EXPECT_EQ(reader.next_reservation(), std::nullopt);
    EXPECT_EQ(reader.next(), FdtEvent::fault);
    reader.skip_properties();
    EXPECT_EQ(reader.next(), FdtEvent::fault);
}

TEST(FdtReader, ComparesNamesWhole) {
    const Blob blob = FdtBuilder{}.begin("").flag("regs").flag("re").flag("reg").end().build();
    EXPECT_EQ(tokens(blob), "<[?0][?0][reg0]>.");
}

TEST(FdtReader, ANameOutsideTheStringsEqualsNothing) {
    Blob blob = FdtBuilder{}.begin("").flag("reg").end().build();
    overwrite32(blob, k_strings_size_field, 3);  // cuts the NUL off
    EXPECT_EQ(tokens(blob), "<[?0]>.");
}

TEST(FdtReader, RefusesABadHeader) {
    Blob blob = small_tree();
    EXPECT_EQ(fault_of({}), FdtFault::header_cut);
    EXPECT_EQ(fault_of(Blob(blob.begin(), blob.begin() + 39)), FdtFault::header_cut);
    EXPECT_EQ(fault_of(Blob(blob.begin(), blob.end() - 1)), FdtFault::larger_than_window);
    const auto with = [&blob](std::size_t field, std::uint32_t value) {
        Blob bad = blob;
        overwrite32(bad, field, value);
        return fault_of(bad);
    };
    EXPECT_EQ(with(0, 0xd00dfeee), FdtFault::bad_magic);
    EXPECT_EQ(with(k_size_field, 0xffffffff), FdtFault::larger_than_window);
    EXPECT_EQ(with(k_version_field, 16), FdtFault::bad_version);
    EXPECT_EQ(with(k_compatible_version_field, 18), FdtFault::bad_version);
    EXPECT_EQ(with(k_structure_field, 0xfffffffc), FdtFault::structure_outside);
    EXPECT_EQ(with(k_structure_field, 57), FdtFault::structure_outside);
    EXPECT_EQ(with(k_structure_size_field, 0xfffffffc), FdtFault::structure_outside);
    EXPECT_EQ(with(k_strings_field, 0x7fffffff), FdtFault::strings_outside);
    EXPECT_EQ(with(k_strings_size_field, 0xffffffff), FdtFault::strings_outside);
    EXPECT_EQ(with(k_reservations_field, 0xfffffff8), FdtFault::reservations_outside);
    EXPECT_EQ(with(k_version_field, 18), FdtFault::none);
}

TEST(FdtReader, RefusesABadStructure) {
    EXPECT_EQ(tokens(FdtBuilder{}.build()), "!the tree ends inside a node");
    EXPECT_EQ(tokens(FdtBuilder{}.begin("").build()), "<!the tree ends inside a node");
    EXPECT_EQ(tokens(FdtBuilder{}.end().build()), "!a node ends that never began");
    EXPECT_EQ(tokens(FdtBuilder{}.token(5).build()), "!unknown token");
    EXPECT_EQ(tokens(FdtBuilder{}.begin("").end().begin("").end().build()), "<>!a second root");
    EXPECT_EQ(tokens(FdtBuilder{}.flag("reg").build()), "!a property stands where none may");
    EXPECT_EQ(tokens(FdtBuilder{}.begin("").begin("a").end().flag("reg").end().build()),
              "<<a>!a property stands where none may");
}

TEST(FdtReader, RefusesValuesAndNamesThatRunOff) {
    EXPECT_EQ(tokens(FdtBuilder{}.begin("").token(3).token(5).token(0).build()), "<!a property's value is cut off");
    EXPECT_EQ(tokens(FdtBuilder{}.begin("").token(3).token(0xfffffffd).token(0).build()),
              "<!a property's value is cut off");
    EXPECT_EQ(tokens(FdtBuilder{}.begin("").token(3).build()), "<!a property is cut off");
    Blob blob = FdtBuilder{}.begin("").begin("abc").end().end().build();
    overwrite32(blob, k_structure_size_field, 15);  // two tokens, the root's name, and "abc" without its NUL
    EXPECT_EQ(tokens(blob), "<!a node's name is cut off");
    overwrite32(blob, k_structure_size_field, 16);
    EXPECT_EQ(tokens(blob), "<<abc!its structure block has no end");
}

TEST(FdtReader, NamesTheOffsetOfWhatIsWrong) {
    const Blob blob = FdtBuilder{}.begin("").begin("a").end().token(77).build();
    FdtReader reader{blob};
    while (reader.next() != FdtEvent::fault) {
    }
    EXPECT_EQ(reader.offset(), 40U + 16U + 20U);
    EXPECT_EQ(reader.next(), FdtEvent::fault);
}

TEST(FdtReader, BoundsTheDepth) {
    const auto nested = [](std::size_t levels) {
        FdtBuilder builder;
        for (std::size_t i = 0; i < levels; ++i) {
            builder.begin(i == 0 ? "" : "n");
        }
        for (std::size_t i = 0; i < levels; ++i) {
            builder.end();
        }
        return tokens(builder.build());
    };
    EXPECT_TRUE(nested(FdtReader::max_depth).ends_with("."));
    EXPECT_TRUE(nested(FdtReader::max_depth + 1).ends_with("!nodes are nested more than 16 deep"));
}

TEST(FdtReader, SkipsPropertiesButNoFault) {
    const Blob blob = FdtBuilder{}.begin("").string("a", "xyz").flag("b").begin("c").flag("d").end().end().build();
    FdtReader reader{blob};
    EXPECT_EQ(reader.next(), FdtEvent::begin_node);
    reader.skip_properties();
    EXPECT_EQ(reader.next(), FdtEvent::begin_node);
    EXPECT_EQ(reader.name(), "c");
    EXPECT_EQ(reader.next(), FdtEvent::property);
    reader.skip_properties();
    EXPECT_EQ(reader.next(), FdtEvent::end_node);

    const Blob bad = FdtBuilder{}.begin("").flag("a").token(3).token(0xfffffffd).token(0).build();
    FdtReader cut{bad};
    EXPECT_EQ(cut.next(), FdtEvent::begin_node);
    cut.skip_properties();
    EXPECT_EQ(cut.next(), FdtEvent::fault);
    EXPECT_EQ(cut.fault(), FdtFault::value_cut);
}

TEST(FdtReader, StaysAtTheEnd) {
    const Blob blob = FdtBuilder{}.begin("").end().build();
    FdtReader reader{blob};
    EXPECT_EQ(reader.next(), FdtEvent::begin_node);
    EXPECT_EQ(reader.next(), FdtEvent::end_node);
    EXPECT_EQ(reader.next(), FdtEvent::end);
    EXPECT_EQ(reader.next(), FdtEvent::end);
}

}  // namespace
}  // namespace phx::boot
