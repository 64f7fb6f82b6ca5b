// An application that ends at once.
#pragma once

namespace phx::boot {

class FakeApplication {
public:
    constexpr FakeApplication() = default;

    int run() {
        ++runs_;
        return status_;
    }

    void set_status(int status) { status_ = status; }
    [[nodiscard]] int runs() const { return runs_; }
    void reset() {
        status_ = 0;
        runs_ = 0;
    }

private:
    int status_ = 0;
    int runs_ = 0;
};

} // namespace phx::boot
