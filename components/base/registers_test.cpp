#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <base/registers.hpp>

namespace phx {
namespace {

struct Status : Register<0x18, std::uint32_t, Access::read> {
    using Full = Field<Status, 5>;
    using Level = Field<Status, 8, 4>;
};
struct Control : Register<0x30> {
    using Enable = Field<Control, 0>;
    using Mode = Field<Control, 4, 3>;
    using All = Field<Control, 0, 32>;
};
struct Data : Register<0x0, std::uint8_t> {};
struct Command : Register<0x40, std::uint16_t, Access::write> {};
struct Enables : Register<0x100> {};
struct Router : Register<0x6000, std::uint64_t> {
    using Affinity = Field<Router, 32, 8>;
};

struct Recorder : arch::FakeDevice {
    Recorder() : FakeDevice{0x9000'0000, 0x1'0000} {}
    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        log.push_back("r" + std::to_string(width) + "@" + std::to_string(offset));
        return value;
    }
    void write(std::uint64_t offset, std::uint64_t v, unsigned width) override {
        log.push_back("w" + std::to_string(width) + "@" + std::to_string(offset) + "=" + std::to_string(v));
        value = v;
    }
    std::vector<std::string> log;
    std::uint64_t value = 0;
};

class RegistersTest : public ::testing::Test {
protected:
    Recorder device_;
    Registers io_{RegisterWindow{VirtAddr{0x9000'0000}, PhysAddr{0x1000}, 0x1'0000}};
    using Log = std::vector<std::string>;
};

TEST_F(RegistersTest, AccessesOffsetAndWidthOfTheRegister) {
    device_.value = 0x41;
    EXPECT_EQ(io_.read<Data>(), 0x41);
    io_.write<Command>(7);
    EXPECT_EQ(io_.read<Router>(2), 7U);
    EXPECT_EQ(device_.log, (Log{"r1@0", "w2@64=7", "r8@24592"}));
}

TEST_F(RegistersTest, ReadsFields) {
    device_.value = 0xffff'ffff & ~(1U << 5) & ~(0xfU << 8);
    EXPECT_EQ(io_.read<Status::Full>(), 0U);
    EXPECT_EQ(io_.read<Status::Level>(), 0U);
    device_.value = (1U << 5) | (9U << 8);
    EXPECT_EQ(io_.read<Status::Full>(), 1U);
    EXPECT_EQ(io_.read<Status::Level>(), 9U);
}

TEST_F(RegistersTest, ModifiesOneFieldAlone) {
    device_.value = 0xffff'ff8f;
    io_.modify<Control::Mode>(5);
    EXPECT_EQ(device_.value, 0xffff'ffdfU);
    io_.modify<Control::Mode>(0xff);
    EXPECT_EQ(device_.value, 0xffff'ffffU) << "what does not fit the field is cut";
    io_.modify<Control::Enable>(0);
    EXPECT_EQ(device_.value, 0xffff'fffeU);
    EXPECT_EQ(device_.log.size(), 6U) << "one read and one write each";
}

TEST_F(RegistersTest, IndexesArrays) {
    io_.write<Enables>(3, 0x80);
    static_cast<void>(io_.read<Enables>(3));
    EXPECT_EQ(device_.log, (Log{"w4@268=128", "r4@268"}));
}

TEST_F(RegistersTest, MovesToAnotherBank) {
    io_.at(0x1000).write<Control>(1);
    EXPECT_EQ(device_.log, (Log{"w4@4144=1"}));
}

static_assert(field_mask<Control::Mode> == 0x70);
static_assert(field_mask<Control::All> == 0xffff'ffff);
static_assert(field_mask<Router::Affinity> == 0xff'0000'0000);
static_assert(field<Control::Mode>(9) == 0x10, "cut to the field's width");

template <class R>
concept CanWrite = requires(const Registers& io) { io.write<R>(0); };
template <class R>
concept CanRead = requires(const Registers& io) { io.read<R>(); };
static_assert(CanWrite<Control> && CanRead<Control> && CanRead<Status> && CanWrite<Command>);
static_assert(!CanWrite<Status>, "a read-only register");
static_assert(!CanRead<Command>, "a write-only register");

}  // namespace
}  // namespace phx
