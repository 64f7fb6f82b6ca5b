// Files whose contents are made when they are read.
#include <algorithm>
#include <cstring>

#include <fs/procfs/proc_nodes.hpp>
#include <sync/learnt_lock_class.hpp>

namespace phx::fs {
namespace {

// A text that grows as it is written.
class TextBuffer final : public TextSink {
public:
    TextBuffer() = default;
    TextBuffer(const TextBuffer&) = delete;
    TextBuffer& operator=(const TextBuffer&) = delete;
    ~TextBuffer() { drop(); }

    void write(std::string_view text) override {
        if (used_ + text.size() > size_ && !grow(used_ + text.size())) {
            short_ = true;
            return;
        }
        std::memcpy(bytes_ + used_, text.data(), text.size());
        used_ += text.size();
    }
    [[nodiscard]] std::string_view text() const { return {bytes_, used_}; }
    [[nodiscard]] bool is_short() const { return short_; }
    void clear() {
        used_ = 0;
        short_ = false;
    }

private:
    static constexpr std::size_t k_first = 1024;
    static constexpr std::size_t k_most = 4 * MiB;

    bool grow(std::size_t wanted) {
        std::size_t size = std::max(size_ * 2, k_first);
        while (size < wanted) {
            size *= 2;
        }
        if (size > k_most) {
            return false;
        }
        const Result<void*> bytes = memory::allocate(ports::procfs::heap(), size, 8, memory::MaySleep{});
        if (!bytes) {
            return false;
        }
        if (used_ != 0) {
            std::memcpy(*bytes, bytes_, used_);
        }
        drop();
        bytes_ = static_cast<char*>(*bytes);
        size_ = size;
        return true;
    }
    void drop() {
        if (bytes_ != nullptr) {
            ports::procfs::heap().free(bytes_, size_);
        }
    }

    char* bytes_ = nullptr;
    std::size_t size_ = 0;
    std::size_t used_ = 0;
    bool short_ = false;
};

// What makes the text of one file, and takes what is written to it.
class TextNode : public ProcNode {
public:
    Result<Ref<File>> open(std::uint32_t flags) override;

    virtual Result<void> show(TextSink& sink) = 0;
    virtual Result<void> store(std::string_view) { return Errno::acces; }

protected:
    using ProcNode::ProcNode;
    ~TextNode() = default;
};

class TextFile final : public File {
public:
    TextFile(TextNode& node, std::uint32_t flags) : File{flags, node, Seek::position}, node_{node} {}

    // From the start it is made anew; a reader that goes on sees what it began with.
    Result<std::size_t> read(Transfer& to, std::uint64_t offset) override {
        const MutexGuard guard{mutex_};
        if (offset == 0 || !made_) {
            buffer_.clear();
            TRY(node_.show(buffer_));
            if (buffer_.is_short()) {
                return Errno::nomem;
            }
            made_ = true;
        }
        const std::string_view text = buffer_.text();
        if (offset >= text.size()) {
            return std::size_t{0};
        }
        return to.put(text.data() + offset, std::min(text.size() - offset, to.left()));
    }

    Result<std::size_t> write(Transfer& from, std::uint64_t&) override {
        std::array<char, 512> text;
        const std::size_t size = from.left();
        if (size > text.size()) {
            return Errno::inval;
        }
        const std::size_t taken = TRY(from.take(text.data(), size));
        TRY(node_.store({text.data(), taken}));
        return taken;
    }

private:
    void dispose() override { memory::destroy(ports::procfs::heap(), this); }

    TextNode& node_;
    static constexpr sync::LockClass k_mutex_class = sync::LearntLockClass::make("proc text");
    Mutex mutex_{k_mutex_class};
    TextBuffer buffer_ __attribute__((guarded_by(mutex_)));
    bool made_ __attribute__((guarded_by(mutex_))) = false;
};

Result<Ref<File>> TextNode::open(std::uint32_t flags) { return Ref<File>{TRY(make_proc<TextFile>(*this, flags))}; }

class KernelTextNode final : public TextNode {
public:
    KernelTextNode(SuperBlock& super, std::uint64_t number, ProcFiles& source, std::size_t index)
        : TextNode{super, number, S_IFREG | source.files()[index].mode}, source_{source}, index_{index} {}

    Result<void> show(TextSink& sink) override { return source_.show(index_, sink); }
    Result<void> store(std::string_view text) override { return source_.store(index_, text); }
    void end() override { memory::destroy(ports::procfs::heap(), this); }

private:
    ProcFiles& source_;
    const std::size_t index_;
};

class ProcessTextNode final : public TextNode {
public:
    ProcessTextNode(SuperBlock& super, std::uint64_t number, const Access& owner, ProcSubject subject, ProcFiles& source, std::size_t index)
        : TextNode{super, number, owner.mode, owner.uid, owner.gid}, subject_{std::move(subject)}, source_{source}, index_{index} {}

    Result<void> show(TextSink& sink) override { return source_.show(index_, *subject_.process, *subject_.thread, subject_.whole, sink); }
    Result<void> store(std::string_view text) override { return source_.store(index_, *subject_.process, *subject_.thread, text); }
    void end() override { memory::destroy(ports::procfs::heap(), this); }

private:
    const ProcSubject subject_;
    ProcFiles& source_;
    const std::size_t index_;
};

// /proc/PID/fdinfo/N
class DescriptorInfoNode final : public TextNode {
public:
    DescriptorInfoNode(SuperBlock& super, std::uint64_t number, const Access& owner, ProcSubject subject, int fd)
        : TextNode{super, number, owner.mode, owner.uid, owner.gid}, subject_{std::move(subject)}, fd_{fd} {}

    Result<void> show(TextSink& sink) override {
        const Ref<File> file = descriptor_of(subject_, fd_);
        if (!file) {
            return Errno::noent;
        }
        std::array<char, 24> octal;
        sink.print("pos:\t{}\nflags:\t{}\nino:\t{}\n", file->position, octal_of(file->flags(), octal), file->inode().number());
        return {};
    }
    void end() override { memory::destroy(ports::procfs::heap(), this); }

private:
    static std::string_view octal_of(std::uint32_t value, std::span<char, 24> to) {
        std::size_t at = to.size();
        do {
            to[--at] = static_cast<char>('0' + (value & 7));
            value >>= 3;
        } while (value != 0);
        to[--at] = '0';
        return {to.data() + at, to.size() - at};
    }

    const ProcSubject subject_;
    const int fd_;
};

template <class T, class... Args>
Result<Ref<Inode>> make_node(Args&&... args) {
    return Ref<Inode>{TRY(make_proc<T>(std::forward<Args>(args)...))};
}

}  // namespace

Result<Ref<Inode>> make_proc_file(SuperBlock& super, std::uint64_t number, ProcFiles& source, std::size_t index) {
    return make_node<KernelTextNode>(super, number, source, index);
}

Result<Ref<Inode>> make_process_file(SuperBlock& super, std::uint64_t number, ProcSubject subject, ProcFiles& source, std::size_t index) {
    const Inode::Access owner = subject.owner(S_IFREG | source.process_files()[index].mode);
    return make_node<ProcessTextNode>(super, number, owner, std::move(subject), source, index);
}

Result<Ref<Inode>> make_descriptor_info(SuperBlock& super, ProcSubject subject, int fd) {
    const std::uint64_t number = proc_number(subject.pid(), subject.tid(), k_proc_descriptor + 0x4000 + static_cast<std::uint64_t>(fd & 0x3fff));
    const Inode::Access owner = subject.owner(S_IFREG | 0444);
    return make_node<DescriptorInfoNode>(super, number, owner, std::move(subject), fd);
}

}  // namespace phx::fs
