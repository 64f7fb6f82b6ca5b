#include "fdt.hpp"

#include <gtest/gtest.h>

#include <boot/interfaces/boot_info_conformance.hpp>
#include <wiring.hpp>

#include "fdt_builder.hpp"

namespace phx::boot {
namespace {

constexpr PhysAddr k_base{0x4000'0000};

FdtBuilder& root(FdtBuilder& b) {
    return b.begin("").cells("#address-cells", {2}).cells("#size-cells", {2});
}

FdtBuilder& memory(FdtBuilder& b, std::uint32_t base, std::uint32_t size) {
    return b.begin("memory").string("device_type", "memory").cells("reg", {0, base, 0, size}).end();
}

// A machine with 128 MiB, and what the test adds below the root.
template <class F>
Blob machine(F add) {
    FdtBuilder b;
    root(b);
    memory(b, 0x4000'0000, 0x800'0000);
    add(b);
    return b.end().build();
}

class FdtTest : public ::testing::Test {
protected:
    void SetUp() override {
        wiring::fake_log.reset();
        wiring::fake_boot_handoff.reset();
        wiring::fake_device_table.reset();
    }
    Result<void> init(const Blob& blob) {
        wiring::fake_boot_handoff.set_device_tree(blob);
        return fdt_.init();
    }
    void expect_error(const Blob& blob, Errno error, std::string_view line) {
        wiring::fake_log.reset();
        const Result<void> result = init(blob);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error(), error);
        EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, line)) << ::testing::PrintToString(lines());
    }
    [[nodiscard]] static std::vector<std::string> lines() {
        std::vector<std::string> all;
        for (const auto& message : wiring::fake_log.messages()) {
            all.push_back(message.text);
        }
        return all;
    }

    Fdt fdt_;
};

TEST_F(FdtTest, AnEmptyMachineHasMemoryAndOneProcessor) {
    const Blob blob = machine([](FdtBuilder&) {});
    ASSERT_TRUE(init(blob));
    ASSERT_EQ(fdt_.memory().size(), 1U);
    EXPECT_EQ(fdt_.memory()[0], (PhysRange{k_base, 128 * MiB}));
    EXPECT_EQ(fdt_.cpu_count(), 1U);
    EXPECT_EQ(fdt_.bootargs(), "");
    EXPECT_TRUE(fdt_.initrd().empty());
    EXPECT_EQ(fdt_.psci_conduit(), PsciConduit::none);
    ASSERT_EQ(fdt_.reserved().size(), 1U);
    EXPECT_EQ(fdt_.reserved()[0].range, (PhysRange{FakeBootHandoff::default_tree, blob.size()}));
    EXPECT_TRUE(lines().empty());
}

TEST_F(FdtTest, SortsAndMergesMemory) {
    FdtBuilder b;
    root(b);
    b.begin("memory@80000000").string("device_type", "memory");
    b.cells("reg", {1, 0, 0, 0x1000, 0, 0x8000'1000, 0, 0x1000, 0, 0x8000'0000, 0, 0x1000, 0, 0x9000'0000, 0, 0}).end();
    memory(b, 0x4000'0000, 0x800'0000);
    b.begin("memory@44000000").string("device_type", "memory").cells("reg", {0, 0x4400'0000, 0, 0x800'0000}).end();
    b.begin("memory@60000000")
        .string("device_type", "memory")
        .cells("reg", {0, 0x6000'0000, 0, 0x1000})
        .string("status", "disabled")
        .end();
    b.begin("memory-controller@a0000000")
        .string("device_type", "memory")
        .cells("reg", {0, 0xa000'0000, 0, 0x1000})
        .end();
    b.begin("memory@b0000000").cells("reg", {0, 0xb000'0000, 0, 0x1000}).end();
    ASSERT_TRUE(init(b.end().build()));
    ASSERT_EQ(fdt_.memory().size(), 3U);
    EXPECT_EQ(fdt_.memory()[0], (PhysRange{k_base, 192 * MiB}));
    EXPECT_EQ(fdt_.memory()[1], (PhysRange{PhysAddr{0x8000'0000}, 0x2000}));
    EXPECT_EQ(fdt_.memory()[2], (PhysRange{PhysAddr{0x100'000000}, 0x1000}));
}

TEST_F(FdtTest, HonoursTheCellSizesOfTheRoot) {
    FdtBuilder b;
    b.begin("").cells("#address-cells", {1}).cells("#size-cells", {1});
    b.begin("memory").string("device_type", "memory").cells("reg", {0x4000'0000, 0x800'0000}).end();
    ASSERT_TRUE(init(b.end().build()));
    EXPECT_EQ(fdt_.memory()[0], (PhysRange{k_base, 128 * MiB}));
}

TEST_F(FdtTest, CollectsReservedMemory) {
    ASSERT_TRUE(init(machine([](FdtBuilder& b) {
        b.reserve(0x4700'0000, 0x1000);
        b.begin("reserved-memory").cells("#address-cells", {1}).cells("#size-cells", {1}).flag("ranges");
        b.begin("secure@46000000").cells("reg", {0x4600'0000, 0x1000}).flag("no-map").end();
        b.begin("pool").cells("size", {0x1000}).end();
        b.begin("off@45000000").cells("reg", {0x4500'0000, 0x1000}).string("status", "disabled").end();
        b.begin("frame@45100000").cells("reg", {0x4510'0000, 0x1000, 0x4520'0000, 0x2000}).end();
        b.end();
    })));
    const auto reserved = fdt_.reserved();
    ASSERT_EQ(reserved.size(), 5U);
    EXPECT_EQ(reserved[1].range, (PhysRange{PhysAddr{0x4700'0000}, 0x1000}));
    EXPECT_EQ(reserved[2].range, (PhysRange{PhysAddr{0x4600'0000}, 0x1000}));
    EXPECT_TRUE(reserved[2].no_map);
    EXPECT_EQ(reserved[3].range.base, PhysAddr{0x4510'0000});
    EXPECT_FALSE(reserved[3].no_map);
    EXPECT_EQ(reserved[4].range, (PhysRange{PhysAddr{0x4520'0000}, 0x2000}));
}

TEST_F(FdtTest, ReadsChosen) {
    ASSERT_TRUE(init(machine([](FdtBuilder& b) {
        b.begin("chosen").string("bootargs", "root=/dev/vda quiet").string("rng-seed", "seed");
        b.cells("linux,initrd-start", {0x4200'0000}).cells("linux,initrd-end", {0, 0x4210'0000}).end();
    })));
    EXPECT_EQ(fdt_.bootargs(), "root=/dev/vda quiet");
    EXPECT_EQ(fdt_.random_seed().size(), 5U);
    EXPECT_EQ(fdt_.initrd(), (PhysRange{PhysAddr{0x4200'0000}, 1 * MiB}));
    EXPECT_EQ(fdt_.reserved().back().range, fdt_.initrd());
}

TEST_F(FdtTest, CountsEnabledProcessors) {
    ASSERT_TRUE(init(machine([](FdtBuilder& b) {
        b.begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
        b.begin("cpu-map").begin("cpu").end().end();
        b.begin("cpu@0").cells("reg", {0}).end();
        b.begin("cpu@1").cells("reg", {1}).string("status", "okay").string("enable-method", "psci").end();
        b.begin("cpu@2").cells("reg", {2}).string("status", "fail").end();
        b.begin("cpu@100").cells("reg", {1, 0x100}).string("enable-method", "spin-table").end();
        b.begin("cpu@3").end();
        b.end();
    })));
    EXPECT_EQ(fdt_.cpu_count(), 4U);
    EXPECT_EQ(std::vector<BootCpu>(fdt_.cpus().begin(), fdt_.cpus().end()),
              (std::vector<BootCpu>{{0, CpuStart::unknown}, {1, CpuStart::psci}, {0x1'0000'0100, CpuStart::unknown}}));
}

TEST_F(FdtTest, KeepsTrackOfSomeProcessorsAndCountsAll) {
    ASSERT_TRUE(init(machine([](FdtBuilder& b) {
        b.begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
        for (std::uint32_t i = 0; i < 20; ++i) {
            b.begin("cpu@1").cells("reg", {i}).string("enable-method", "psci").end();
        }
        b.end();
    })));
    EXPECT_EQ(fdt_.cpu_count(), 20U);
    EXPECT_EQ(fdt_.cpus().size(), static_cast<std::size_t>(params::fdt::max_cpus));
    EXPECT_EQ(fdt_.cpus()[7].mpidr, 7U);
}

TEST_F(FdtTest, FindsTheWayToTheFirmware) {
    const auto conduit = [this](std::string_view compatible, std::string_view method) {
        EXPECT_TRUE(init(machine([&](FdtBuilder& b) {
            b.begin("psci").strings("compatible", {"vendor,x", compatible}).string("method", method).end();
        })));
        return fdt_.psci_conduit();
    };
    EXPECT_EQ(conduit("arm,psci-0.2", "hvc"), PsciConduit::hvc);
    EXPECT_EQ(conduit("arm,psci-1.0", "smc"), PsciConduit::smc);
    EXPECT_EQ(conduit("arm,psci", "smc"), PsciConduit::none);
    EXPECT_EQ(conduit("arm,psci-1.0", "svc"), PsciConduit::none);
}

TEST_F(FdtTest, SaysThatThereIsNoTree) {
    EXPECT_EQ(fdt_.init().error(), Errno::nodev);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no device tree: the loader passed none in x0"));
    wiring::fake_boot_handoff.set_device_tree({}, PhysAddr{0x4400'0004});
    EXPECT_EQ(fdt_.init().error(), Errno::nodev);
    EXPECT_TRUE(
        wiring::fake_log.contains(log::Level::error, "the loader passed an address that is not a multiple of 8 in x0"));
}

TEST_F(FdtTest, SaysWhatIsWrongWithATree) {
    const Blob good = machine([](FdtBuilder&) {});
    expect_error(Blob(64), Errno::inval, "no usable device tree at 0x44000000: its magic number is not 0xd00dfeed");
    expect_error(Blob(good.begin(), good.end() - 8), Errno::inval,
                 "it is truncated: larger than what can have been passed (at offset 0x0 of ");
    Blob old = good;
    overwrite32(old, 20, 3);
    expect_error(old, Errno::inval, "it is not of version 17");
    expect_error(FdtBuilder{}.begin("").token(8).build(), Errno::inval, "unknown token (at offset 0x40 of ");
}

TEST_F(FdtTest, SaysWhatIsWrongWithAProperty) {
    expect_error(FdtBuilder{}.begin("").cells("#address-cells", {9}).end().build(), Errno::inval,
                 "#address-cells or #size-cells");
    const auto with_reg = [](std::initializer_list<std::uint32_t> cells) {
        return machine(
            [&](FdtBuilder& b) { b.begin("memory@1").string("device_type", "memory").cells("reg", cells).end(); });
    };
    expect_error(with_reg({1, 2, 3}), Errno::inval, "memory@1: reg does not hold whole pairs");
    expect_error(with_reg({0xffffffff, 0xfffff000, 0, 0x2000}), Errno::inval, "past the end of the address space");
    const auto with_initrd = [](std::initializer_list<std::uint32_t> start, std::initializer_list<std::uint32_t> end) {
        return machine([&](FdtBuilder& b) {
            b.begin("chosen").cells("linux,initrd-start", start).cells("linux,initrd-end", end).end();
        });
    };
    expect_error(with_initrd({0x4200'0000}, {0x4100'0000}), Errno::inval, "the initrd ends before it starts");
    FdtBuilder wide;
    wide.begin("")
        .cells("#address-cells", {3})
        .begin("memory")
        .string("device_type", "memory")
        .cells("reg", {1, 2, 3, 4})
        .end()
        .end();
    expect_error(wide.build(), Errno::inval, "more than 2");
}

TEST_F(FdtTest, ChecksMemoryAgainstTheImage) {
    FdtBuilder none;
    root(none).end();
    expect_error(none.build(), Errno::nomem, "describes no memory");
    FdtBuilder elsewhere;
    memory(root(elsewhere), 0x8000'0000, 0x1000'0000).end();
    expect_error(elsewhere.build(), Errno::nodev,
                 "memory starts at 0x80000000, but the graph's machine has it at 0x40000000");
    FdtBuilder little;
    memory(root(little), 0x4000'0000, 0x9'0000).end();
    expect_error(little.build(), Errno::nomem,
                 "too little memory: the image at 0x40080000-0x400a0000 lies outside memory");
}

TEST_F(FdtTest, RefusesAnInitrdOutsideMemory) {
    expect_error(
        machine([](FdtBuilder& b) {
            b.begin("chosen").cells("linux,initrd-start", {0x47ff'f000}).cells("linux,initrd-end", {0x4800'1000}).end();
        }),
        Errno::fault, "initrd at 0x47fff000-0x48001000 lies outside memory");
}

TEST_F(FdtTest, RefusesMoreRangesThanItKeeps) {
    FdtBuilder b;
    root(b);
    for (std::uint32_t i = 0; i < 17; ++i) {
        memory(b, 0x4000'0000 + i * 0x100'0000, 0x80'0000);
    }
    expect_error(b.end().build(), Errno::toobig, "more than 16 ranges of memory or 32 reserved ones");
    expect_error(machine([](FdtBuilder& m) {
                     for (std::uint64_t i = 0; i < 32; ++i) {
                         m.reserve(0x4000'0000 + i * 0x1000, 0x1000);
                     }
                 }),
                 Errno::toobig, "more than 16 ranges of memory or 32 reserved ones");
}

const DeviceClaim k_gic{"/intc@8000000", "arm,gic-v3", PhysAddr{0x800'0000}, "irq"};
const DeviceClaim k_uart{"/soc/bus@1/uart@10", "arm,pl011", PhysAddr{0x810'0010}, "uart"};
const DeviceClaim k_timer{"/timer", "arm,armv8-timer", PhysAddr{}, "timer"};

FdtBuilder& add_gic(FdtBuilder& b, std::string_view compatible, std::uint32_t base = 0x800'0000) {
    return b.begin("intc@8000000")
        .strings("compatible", {compatible, "x"})
        .cells("reg", {0, base, 0, 0x1000, 0, 0, 0, 1})
        .end();
}

FdtBuilder& add_soc(FdtBuilder& b, bool with_ranges = true) {
    b.begin("soc").cells("#address-cells", {1}).cells("#size-cells", {1});
    b.cells("ranges", {0, 0, 0x700'0000, 0x1000, 0x1'0000, 0, 0x800'0000, 0x100'0000});
    b.begin("bus@1").cells("#address-cells", {1}).cells("#size-cells", {1});
    if (with_ranges) {
        b.cells("ranges", {0, 0x11'0000, 0x1000});
    }
    b.begin("uart@10").string("compatible", "arm,pl011").cells("reg", {0x10, 0x100}).end();
    return b.end().end();
}

TEST_F(FdtTest, AcceptsAMachineThatHasWhatIsClaimed) {
    wiring::fake_device_table.set_claims({k_uart, k_gic, k_timer});
    EXPECT_TRUE(init(machine([](FdtBuilder& b) {
        add_gic(b, "arm,gic-v3");
        add_soc(b);
        b.begin("timer").strings("compatible", {"arm,armv7-timer", "arm,armv8-timer"}).end();
        b.begin("timer2").end();
        b.begin("so").cells("#address-cells", {9}).end();  // on the way to nothing
    }))) << ::testing::PrintToString(lines());
}

TEST_F(FdtTest, NamesEveryClaimThatDoesNotHold) {
    wiring::fake_device_table.set_claims({k_uart, k_gic, k_timer});
    expect_error(machine([](FdtBuilder& b) { add_gic(b, "arm,cortex-a15-gic"); }), Errno::nodev,
                 "this machine has no /intc@8000000 compatible with arm,gic-v3 (instance irq): it has "
                 "arm,cortex-a15-gic; build the graph "
                 "for this machine");
    EXPECT_EQ(lines().size(), 3U);
    EXPECT_TRUE(wiring::fake_log.contains(
        log::Level::error, "no /timer compatible with arm,armv8-timer (instance timer): it has no such node"));
    EXPECT_TRUE(wiring::fake_log.contains(
        log::Level::error, "no /soc/bus@1/uart@10 compatible with arm,pl011 (instance uart): it has no such node"));
}

TEST_F(FdtTest, RefusesAClaimedNodeThatDiffers) {
    wiring::fake_device_table.set_claims({k_gic});
    expect_error(machine([](FdtBuilder& b) { add_gic(b, "arm,gic-v3", 0x810'0000); }), Errno::nodev,
                 "its registers are at 0x8100000;");
    expect_error(machine([](FdtBuilder& b) {
                     b.begin("intc@8000000").string("compatible", "arm,gic-v3").string("status", "disabled").end();
                 }),
                 Errno::nodev, "its status is disabled");
    expect_error(machine([](FdtBuilder& b) { b.begin("intc@8000000").end(); }), Errno::nodev,
                 "one without `compatible`");
    expect_error(machine([](FdtBuilder& b) { b.begin("intc@8000000").string("compatible", "arm,gic-v3").end(); }),
                 Errno::nodev, "its registers are out of reach");
    expect_error(machine([](FdtBuilder& b) { b.begin("intc@8000001").string("compatible", "arm,gic-v3").end(); }),
                 Errno::nodev, "it has no such node");
}

TEST_F(FdtTest, RefusesAClaimBehindABusWithoutTranslation) {
    wiring::fake_device_table.set_claims({k_uart});
    expect_error(machine([](FdtBuilder& b) { add_soc(b, false); }), Errno::nodev, "its registers are out of reach");
}

TEST_F(FdtTest, ReportsMemoryAsWellAsClaims) {
    wiring::fake_device_table.set_claims({k_timer});
    FdtBuilder b;
    expect_error(memory(root(b), 0x8000'0000, 0x1000'0000).end().build(), Errno::nodev, "memory starts at 0x80000000");
    EXPECT_EQ(lines().size(), 2U);
}

struct FdtTraits {
    using Provider = Fdt;
    static Provider& ready() {
        static const Blob blob = machine([](FdtBuilder& b) {
            memory(b, 0x6000'0000, 0x1000);
            b.begin("chosen").cells("linux,initrd-start", {0x4200'0000}).cells("linux,initrd-end", {0x4210'0000}).end();
        });
        static Fdt fdt;
        EXPECT_TRUE(fdt.read({blob, FakeBootHandoff::default_tree, FakeBootHandoff::default_image, {}, k_base}));
        return fdt;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fdt, BootInfoConformance, FdtTraits);

}  // namespace
}  // namespace phx::boot
