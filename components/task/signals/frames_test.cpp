// Where handlers run, and frames that no kernel made.
#include <task/signals/delivery_test.hpp>

namespace phx::task {
namespace {

class AltStack : public Delivery {
protected:
    static constexpr std::uint64_t k_base = Program::k_data + 0x1000;

    Result<void> set(std::uint64_t base, int flags, std::uint64_t size) {
        Program::put(Program::k_data, uapi::stack_t{.ss_sp = reinterpret_cast<void*>(base), .ss_flags = flags, .ss_size = size});
        return signals().sys_sigaltstack(UserPtr<const uapi::stack_t>{Program::k_data}, {});
    }
    uapi::stack_t get() {
        EXPECT_TRUE(signals().sys_sigaltstack({}, UserPtr<uapi::stack_t>{Program::k_data}));
        return Program::get<uapi::stack_t>(Program::k_data);
    }
};

TEST_F(AltStack, IsWhatItWasSetTo) {
    EXPECT_EQ(get().ss_flags, SS_DISABLE);
    EXPECT_EQ(set(k_base, 0, 5119).error(), Errno::nomem);
    EXPECT_EQ(set(k_base, 4, 0x4000).error(), Errno::inval);
    ASSERT_TRUE(set(k_base, 0, 0x4000));
    EXPECT_EQ(get().ss_flags, 0);
    EXPECT_EQ(get().ss_size, 0x4000U);
    EXPECT_EQ(get().ss_sp, reinterpret_cast<void*>(k_base));
    program_.frame().sp = k_base + 0x4000;
    EXPECT_EQ(get().ss_flags, SS_ONSTACK);
    EXPECT_EQ(set(k_base, 0, 0x4000).error(), Errno::perm);
    EXPECT_EQ(set(k_base, SS_DISABLE, 0).error(), Errno::perm);
    program_.frame().sp = k_base;
    EXPECT_EQ(get().ss_flags, 0);
    ASSERT_TRUE(set(k_base, SS_DISABLE, 0x4000));
    EXPECT_EQ(get().ss_flags, SS_DISABLE);
    EXPECT_EQ(get().ss_sp, nullptr);
    EXPECT_EQ(get().ss_size, 0U);
    EXPECT_EQ(signals().sys_sigaltstack(UserPtr<const uapi::stack_t>{8}, {}).error(), Errno::fault);
}

TEST_F(AltStack, HandlersThatAskForItRunThereAndNestThere) {
    ASSERT_TRUE(set(k_base, SS_ONSTACK, 0x4000));
    program_.act(SIGUSR1, k_handler, SA_RESTORER | SA_ONSTACK);
    program_.act(SIGUSR2, k_handler + 4, SA_RESTORER | SA_ONSTACK);
    program_.act(SIGHUP, k_handler + 8, SA_RESTORER);
    ASSERT_TRUE(send(SIGHUP));
    program_.return_to_program();
    EXPECT_GT(program_.frame().sp, Program::k_stack_top - 0x2000);
    go_back();
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    const std::uint64_t first = program_.frame().sp;
    EXPECT_EQ(first, k_base + 0x4000 - sizeof(FrameRecord) - sizeof(SignalFrame));
    EXPECT_EQ(get().ss_flags, SS_ONSTACK);
    EXPECT_EQ(Program::get<SignalFrame>(first).context.uc_stack.ss_size, 0x4000U);
    ASSERT_TRUE(send(SIGUSR2));
    program_.return_to_program();
    EXPECT_EQ(program_.frame().sp, first - sizeof(FrameRecord) - sizeof(SignalFrame));
    go_back();
    go_back();
    EXPECT_EQ(program_.frame().sp, Program::k_stack_top);
}

TEST_F(AltStack, MayGoOutOfUseWhileAHandlerRunsOnIt) {
    ASSERT_TRUE(set(k_base, static_cast<int>(SS_AUTODISARM), 0x4000));
    EXPECT_EQ(static_cast<unsigned>(get().ss_flags), SS_AUTODISARM);
    program_.act(SIGUSR1, k_handler, SA_RESTORER | SA_ONSTACK);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    EXPECT_GT(program_.frame().sp, k_base);
    EXPECT_EQ(get().ss_flags, SS_DISABLE);
    go_back();
    EXPECT_EQ(static_cast<unsigned>(get().ss_flags), SS_AUTODISARM);
    EXPECT_EQ(get().ss_sp, reinterpret_cast<void*>(k_base));
}

// Frames that no kernel made.
class BadFrames : public Delivery {
protected:
    void SetUp() override {
        Delivery::SetUp();
        program_.act(SIGUSR1, k_handler);
        ASSERT_TRUE(send(SIGUSR1));
        ASSERT_EQ(deliver(), SIGUSR1);
        at_ = program_.frame().sp;
        good_ = Program::get<SignalFrame>(at_);
    }
    // A segmentation fault, and registers that are fit for EL0.
    void expect_refused(const SignalFrame& frame) {
        Program::put(at_, frame);
        program_.frame().sp = at_;
        go_back();
        EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
        EXPECT_EQ(program_.frame().pstate & ~std::uint64_t{PSR_N_BIT | PSR_Z_BIT | PSR_C_BIT | PSR_V_BIT}, 0U);
        program_.process().signals.group_exit = false;
        program_.leader().thread->user_work = 0;
    }
    void put_record(SignalFrame& frame, std::size_t offset, std::uint32_t magic, std::uint32_t size) {
        const struct uapi::_aarch64_ctx head{magic, size};
        std::memcpy(frame.context.uc_mcontext.__reserved + offset, &head, sizeof head);
    }

    std::uint64_t at_ = 0;
    SignalFrame good_;
};

TEST_F(BadFrames, GainNoRights) {
    for (const std::uint64_t pstate : {std::uint64_t{1}, std::uint64_t{4}, std::uint64_t{5}, std::uint64_t{PSR_MODE32_BIT}, std::uint64_t{PSR_D_BIT},
                                       std::uint64_t{PSR_I_BIT}, std::uint64_t{PSR_F_BIT}, std::uint64_t{PSR_A_BIT}, ~std::uint64_t{0}}) {
        SignalFrame bad = good_;
        bad.context.uc_mcontext.pstate = pstate;
        expect_refused(bad);
    }
    SignalFrame odd = good_;
    odd.context.uc_mcontext.pstate = PSR_N_BIT | std::uint64_t{1} << 21 | std::uint64_t{1} << 40 | PSR_PAN_BIT | PSR_SSBS_BIT;
    Program::put(at_, odd);
    program_.frame().sp = at_;
    go_back();
    EXPECT_EQ(program_.frame().pstate, std::uint64_t{PSR_N_BIT | PSR_SSBS_BIT}) << "single steps, and what is reserved, are gone";
}

TEST_F(BadFrames, HaveRecordsThatMakeSense) {
    constexpr auto k_fp = static_cast<std::uint32_t>(sizeof(struct uapi::fpsimd_context));
    SignalFrame bad = good_;
    put_record(bad, 0, 0, 0);
    expect_refused(bad);  // no floating-point registers
    bad = good_;
    put_record(bad, 0, FPSIMD_MAGIC, k_fp - 16);
    expect_refused(bad);
    bad = good_;
    put_record(bad, 0, FPSIMD_MAGIC, k_fp + 8);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, FPSIMD_MAGIC, k_fp);
    expect_refused(bad);  // twice
    bad = good_;
    put_record(bad, k_fp, 0x12345678, 16);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, ESR_MAGIC, 4);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, ESR_MAGIC, 0xffff'fff0);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, 0, 16);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, EXTRA_MAGIC, 32);
    expect_refused(bad);
    bad = good_;
    for (std::size_t at = k_fp; at + 16 <= 4096; at += 16) {
        put_record(bad, at, ESR_MAGIC, 16);
    }
    expect_refused(bad);  // without an end
}

TEST_F(BadFrames, MayHaveMoreMemory) {
    constexpr std::size_t k_fp = sizeof(struct uapi::fpsimd_context);
    SignalFrame frame = good_;
    const std::uint64_t reserved = at_ + 128 + 176 + offsetof(struct uapi::sigcontext, __reserved);
    put_record(frame, k_fp + 32, 0, 0);
    struct uapi::extra_context extra{.head = {EXTRA_MAGIC, 32}, .datap = reserved + k_fp + 48, .size = 32, .__reserved = {}};
    std::memcpy(frame.context.uc_mcontext.__reserved + k_fp, &extra, sizeof extra);
    put_record(frame, k_fp + 48, ESR_MAGIC, 16);
    put_record(frame, k_fp + 64, 0, 0);
    Program::put(at_, frame);
    program_.frame().sp = at_;
    go_back();
    EXPECT_TRUE(events().empty());
    extra.datap += 16;
    std::memcpy(frame.context.uc_mcontext.__reserved + k_fp, &extra, sizeof extra);
    expect_refused(frame);
}

TEST_F(BadFrames, LieOnAnAlignedStackThatIsThere) {
    for (const std::uint64_t sp : {at_ + 8, std::uint64_t{0}, std::uint64_t{16}, ~std::uint64_t{15}, at_ + 0x10'0000}) {
        program_.frame().sp = sp;
        go_back();
        EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
        program_.process().signals.group_exit = false;
        program_.leader().thread->user_work = 0;
    }
}

}  // namespace
}  // namespace phx::task
