// A thread of a program that makes system calls, without files: process 7, as root.
#pragma once

#include <cstring>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <arch/user_access.hpp>
#include <task/interfaces/process.hpp>
#include <wiring.hpp>

namespace phx::task {

class Caller : public ::testing::Test {
protected:
    static constexpr Pid k_pid = 7;
    static constexpr std::uint64_t k_bad = 0x10;  // nothing is mapped there

    void SetUp() override {
        static Thread thread;
        arch::set_current(&thread);
        begin();
    }
    void TearDown() override { end(); }
    // What runs becomes the program's thread.
    void begin() {
        arch::host::user_memory.reset();
        next_ = arch::host::k_user_base;
        Process& process = wiring::processes.add(k_pid);
        process.leader->thread = &current();
        current().user = process.leader;
    }
    void end() {
        current().user = nullptr;
        wiring::processes.reset();
    }

    static const Credentials& own() { return *current_user().credentials.load(); }
    static void become(const CredentialFields& fields) { ASSERT_TRUE(wiring::processes.become(fields)); }
    // Somebody who has no capabilities.
    static CredentialFields user(Uid uid, Gid gid) {
        CredentialFields fields{};
        fields.uid = fields.euid = fields.suid = fields.fsuid = uid;
        fields.gid = fields.egid = fields.sgid = fields.fsgid = gid;
        fields.permitted = fields.effective = 0;
        return fields;
    }

    // In the program's memory.
    template <class T>
    UserPtr<T> room(std::size_t count = 1) {
        const std::uint64_t at = next_;
        next_ = align_up(next_ + count * sizeof(T), 16);
        EXPECT_LE(next_, arch::host::k_user_base + arch::host::user_memory.bytes.size());
        return UserPtr<T>{at};
    }
    template <class T>
    UserPtr<T> put(const T& value) {
        const UserPtr<T> at = room<T>();
        std::memcpy(arch::host::user_memory.at(at.address().value()), &value, sizeof value);
        return at;
    }
    template <class T>
    static std::remove_const_t<T> get(UserPtr<T> from, std::size_t index = 0) {
        std::remove_const_t<T> value;
        std::memcpy(&value, arch::host::user_memory.at(from.address().value() + index * sizeof value), sizeof value);
        return value;
    }
    // What a program sees: the error's number below zero, or what it got.
    static std::int64_t value(const Result<void>& result) { return result ? 0 : -static_cast<std::int64_t>(result.error()); }
    template <class T>
    static std::int64_t value(const Result<T>& result) {
        return result ? static_cast<std::int64_t>(*result) : -static_cast<std::int64_t>(result.error());
    }

private:
    std::uint64_t next_ = 0;
};

}  // namespace phx::task
