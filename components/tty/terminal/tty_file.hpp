// An open terminal.
#pragma once

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/file.hpp>
#include <memory/interfaces/context.hpp>
#include <tty/terminal/tty.hpp>

namespace phx::tty {

template <memory::Heap H>
class TtyFile final : public fs::File {
public:
    TtyFile(H& heap, Tty& tty, fs::Inode& inode, std::uint32_t flags) : File{flags, inode, Seek::none}, heap_{heap}, tty_{&tty} {}

    Result<void> open(bool may_control) {
        generation_ = TRY(tty_->on_open(flags(), may_control));
        return {};
    }

    Result<std::size_t> read(fs::Transfer& to, std::uint64_t) override { return tty_->read(to, nonblocking(), generation_); }
    Result<std::size_t> write(fs::Transfer& from, std::uint64_t&) override { return tty_->write(from, nonblocking(), generation_); }
    Result<std::int64_t> ioctl(std::uint32_t request, std::uint64_t argument) override { return tty_->ioctl(request, argument, generation_); }
    fs::PollEvents poll(fs::PollRegistrar* registrar) override { return tty_->poll(registrar, generation_); }

private:
    void dispose() override {
        tty_->on_close();
        memory::destroy(heap_, this);
    }

    H& heap_;
    Ref<Tty> tty_;
    std::uint32_t generation_ = 0;
};

// `may_control`: opening it may make it the controlling terminal of the running session. EBUSY, ENOMEM
template <memory::Heap H>
Result<Ref<fs::File>> open_tty(H& heap, Tty& tty, fs::Inode& inode, std::uint32_t flags, bool may_control) {
    auto* file = TRY(memory::create<TtyFile<H>>(heap, memory::MaySleep{}, heap, tty, inode, flags));
    if (const Result<void> opened = file->open(may_control); !opened) {
        memory::destroy(heap, file);
        return opened.error();
    }
    return Ref<fs::File>{Ref<TtyFile<H>>::adopt(file)};
}

}  // namespace phx::tty
