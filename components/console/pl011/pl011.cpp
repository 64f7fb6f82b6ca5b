#include <console/pl011/pl011.hpp>

#include <utility>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <console/pl011/registers.hpp>
#include <ports/pl011.hpp>

namespace phx::console {

using namespace pl011;

Result<void> Pl011::init() {
    TRY(verify());
    TRY(configure_line());
    fifo_depth_ = k_fifo_depth;
    if (auto* irq = ports::pl011::irq(instance_)) {
        TRY(irq->enable(instance_.interrupts.uart));
        const SpinGuard guard{lock_};
        by_interrupt_ = true;
        listen(true);
    }
    return {};
}

Result<void> Pl011::verify() const {
    std::uint32_t identity = 0;
    for (unsigned byte = 0; byte < 3; ++byte) {
        identity |= (io_.read<PeriphId>(byte) & 0xff) << (8 * byte);
    }
    if ((identity & k_identity_mask) != k_identity) {
        return Errno::nodev;
    }
    return {};
}

// The order that section 3.3.8 asks for: off, let the last character out, divisors, then LCR_H, whose write takes the
// divisors over (section 3.3.6), then on.
Result<void> Pl011::configure_line() {
    // The divisor is clock / (16 * baud) with six binary places (section 3.3.5): 64 / 16 = 4.
    const auto baud = static_cast<std::uint64_t>(instance_.baud);
    const std::uint64_t divisor = (4 * static_cast<std::uint64_t>(instance_.clock_hz) + baud / 2) / baud;
    if (divisor < 64 || divisor >= std::uint64_t{65536} * 64) {
        return Errno::range;
    }
    flush();
    io_.write<Cr>(0);
    io_.write<Imsc>(0);
    io_.write<Icr>(Icr::all);
    io_.write<Ibrd>(static_cast<std::uint32_t>(divisor >> 6));
    io_.write<Fbrd>(static_cast<std::uint32_t>(divisor & 63));
    io_.write<LcrH>(field<LcrH::WordLength>(3) | field<LcrH::FifoEnable>(1));
    io_.write<Ifls>(field<Ifls::Receive>(2) | field<Ifls::Transmit>(0));
    io_.write<Cr>(field<Cr::Enable>(1) | field<Cr::TransmitEnable>(1) | field<Cr::ReceiveEnable>(1));
    return {};
}

// One text stays in one piece unless it overflows the ring: only when nothing more fits are interrupts let in.
void Pl011::write(std::string_view text) {
    TerminalText rest{text};
    while (!rest.empty()) {
        const SpinGuard guard{lock_};
        while (!rest.empty() && put_some(rest)) {
        }
        if (rest.empty()) {
            return;
        }
        put_polled(to_send_.empty() ? rest.take() : *to_send_.pop());
    }
}

// Behind what waits in the ring, if anything does. False: there is no room.
bool Pl011::put_some(TerminalText& rest) {
    if (to_send_.empty() && put_direct(rest)) {
        return true;
    }
    if (!by_interrupt_ || to_send_.full()) {
        return false;
    }
    put_queued(rest);
    return true;
}

// As much as the device's queue takes at once; false: it is full. When it is empty it takes fifo_depth_ characters, and
// the flags need reading only once; that is what makes boot messages cheap.
bool Pl011::put_direct(TerminalText& rest) {
    const std::uint32_t flags = io_.read<Fr>();
    if ((flags & field_mask<Fr::TransmitFull>) != 0) {
        return false;
    }
    for (std::size_t room = (flags & field_mask<Fr::TransmitEmpty>) != 0 ? fifo_depth_ : 1; room > 0 && !rest.empty();
         --room) {
        io_.write<Dr>(static_cast<unsigned char>(rest.take()));
    }
    return true;
}

// The transmit interrupt comes from the level falling through the trigger, not from it being low (section 2.8.2). The
// ring is used only after the device's queue was seen full, hence above the trigger: the fall is still to come, or has
// been latched in RIS meanwhile, and unmasking now cannot miss it.
void Pl011::put_queued(TerminalText& rest) {
    while (!rest.empty() && !to_send_.full()) {
        to_send_.push(rest.take());
    }
    if ((interrupt_mask_ & field_mask<Imsc::Transmit>) == 0) {
        interrupt_mask_ |= field_mask<Imsc::Transmit>;
        io_.write<Imsc>(interrupt_mask_);
    }
}

// No lock and no interrupt: a panic may have stopped anything half-way, so the ring is trusted for its capacity at
// most.
[[clang::no_thread_safety_analysis]] void Pl011::write_now(std::string_view text) {
    const InterruptGuard guard;
    drain_queue();
    for (TerminalText rest{text}; !rest.empty();) {
        put_polled(rest.take());
    }
}

void Pl011::flush() {
    const SpinGuard guard{lock_};
    drain_queue();
    for (std::uint32_t polls = 0; polls < k_poll_limit && io_.read<Fr::Busy>() != 0; ++polls) {
        arch::relax();
    }
}

void Pl011::drain_queue() {
    for (std::size_t n = to_send_.capacity(); n > 0 && !to_send_.empty(); --n) {
        put_polled(*to_send_.pop());
    }
}

void Pl011::put_polled(char c) {
    if (wait_for_room()) {
        io_.write<Dr>(static_cast<unsigned char>(c));
    } else {
        ++dropped_;
    }
}

// A UART that is off, or none at all, may say "full" for ever. After one full wait in vain each character costs one
// look.
bool Pl011::wait_for_room() {
    for (std::uint32_t polls = stuck_ ? k_poll_limit - 1 : 0; polls < k_poll_limit; ++polls) {
        if (io_.read<Fr::TransmitFull>() == 0) {
            stuck_ = false;
            return true;
        }
        arch::relax();
    }
    stuck_ = true;
    return false;
}

Result<char> Pl011::read() {
    if (!by_interrupt_ || arch::interrupts_masked()) {
        return read_polled();
    }
    SpinGuard guard{lock_};
    readers_.wait(guard, [this]() __attribute__((no_thread_safety_analysis)) { return !received_.empty(); });
    const char c = *received_.pop();
    if (!listening_ && received_.size() <= received_.capacity() / 2) {
        drain_fifo();
    }
    return c;
}

char Pl011::read_polled() {
    for (;;) {
        const SpinGuard guard{lock_};
        if (const auto c = received_.pop()) {
            return *c;
        }
        drain_fifo();
        arch::relax();
    }
}

void Pl011::on_interrupt() {
    SpinGuard guard{lock_};
    const std::uint32_t status = io_.read<Mis>();
    if ((status & (field_mask<Mis::Receive> | field_mask<Mis::ReceiveTimeout>)) != 0) {
        drain_fifo();
    }
    if ((status & field_mask<Mis::Transmit>) != 0) {
        fill_fifo();
    }
    if (ports::pl011::input(instance_) != nullptr) {
        deliver(guard);
        return;
    }
    if (!received_.empty()) {
        readers_.wake_one(guard);
    }
}

// To the terminal, without the lock, as it may send meanwhile; one at a time, so that nothing overtakes.
[[clang::no_thread_safety_analysis]] void Pl011::deliver(SpinGuard& guard) {
    auto* input = ports::pl011::input(instance_);
    if (delivering_) {
        return;
    }
    delivering_ = true;
    if (std::exchange(has_room_, false)) {
        guard.unlock();
        input->on_room();
        guard.relock();
    }
    while (!received_.empty() && !refused_) {
        const std::span<const char> text = received_.front();
        guard.unlock();
        const std::size_t taken = input->receive(text);
        guard.relock();
        received_.drop(taken);
        refused_ = refused_ || taken < text.size();
        if (!listening_ && received_.size() <= received_.capacity() / 2) {
            drain_fifo();
        }
    }
    if (std::exchange(break_, false)) {
        guard.unlock();
        input->on_break();
        guard.relock();
    }
    delivering_ = false;
}

std::size_t Pl011::send(std::span<const char> text) {
    const SpinGuard guard{lock_};
    std::size_t sent = 0;
    while (sent < text.size() && to_send_.empty() && io_.read<Fr::TransmitFull>() == 0) {
        io_.write<Dr>(static_cast<unsigned char>(text[sent++]));
    }
    while (sent < text.size() && !by_interrupt_) {
        put_polled(text[sent++]);
    }
    const std::size_t direct = sent;
    while (sent < text.size() && to_send_.push(text[sent])) {
        ++sent;
    }
    if (sent > direct) {
        interrupt_mask_ |= field_mask<Imsc::Transmit>;
        io_.write<Imsc>(interrupt_mask_);
    }
    starved_ = sent < text.size();
    return sent;
}

void Pl011::resume() {
    SpinGuard guard{lock_};
    refused_ = false;
    deliver(guard);
}

// Emptying the queue is what takes both receive interrupts back (section 2.8.1 and 2.8.5). What the ring has no room for
// stays in the queue, where flow control sees it, with the interrupts masked until a reader has made room. The bound is
// for a device that is never empty.
void Pl011::drain_fifo() {
    std::size_t n = received_.capacity();
    while (n > 0 && !received_.full() && io_.read<Fr::ReceiveEmpty>() == 0) {
        receive(io_.read<Dr>());
        --n;
    }
    if (by_interrupt_ && listening_ == received_.full()) {
        listen(!listening_);
    }
}

void Pl011::listen(bool on) {
    constexpr std::uint32_t mask = field_mask<Imsc::Receive> | field_mask<Imsc::ReceiveTimeout>;
    listening_ = on;
    interrupt_mask_ = on ? interrupt_mask_ | mask : interrupt_mask_ & ~mask;
    io_.write<Imsc>(interrupt_mask_);
}

void Pl011::receive(std::uint32_t data) {
    if ((data & field_mask<Dr::Overrun>) != 0) {
        ++overruns_;
    }
    if ((data & field_mask<Dr::Break>) != 0) {
        break_ = true;
    }
    if ((data & (field_mask<Dr::FramingError> | field_mask<Dr::ParityError> | field_mask<Dr::Break>)) != 0) {
        return;
    }
    received_.push(static_cast<char>(data & field_mask<Dr::Data>));
}

void Pl011::fill_fifo() {
    while (!to_send_.empty() && io_.read<Fr::TransmitFull>() == 0) {
        io_.write<Dr>(static_cast<unsigned char>(*to_send_.pop()));
    }
    if (starved_ && to_send_.size() <= to_send_.capacity() / 2) {
        starved_ = false;
        has_room_ = true;
    }
    if (to_send_.empty()) {
        interrupt_mask_ &= ~field_mask<Imsc::Transmit>;
        io_.write<Imsc>(interrupt_mask_);
    }
}

}  // namespace phx::console
