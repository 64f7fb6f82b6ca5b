// Random changes of a tree against a model of it, with the cache of names emptied now and then.
#include <map>
#include <memory>
#include <optional>

#include <fs/vfs/tree_test.hpp>
#include <rapidcheck/gtest.h>

namespace phx::fs {
namespace {

struct Node {
    enum Kind : std::uint8_t { directory, file, link } kind = directory;
    std::map<std::string, std::shared_ptr<Node>> children;
    Node* parent = nullptr;
    unsigned links = 1;
    int serial = 0;
};

class Model {
public:
    Model() { root_->parent = root_.get(); }

    struct Found {
        Node* directory = nullptr;
        std::string name;
        std::shared_ptr<Node> node;  // null: there is none
        std::string error;
    };
    // The last name is not looked through.
    Found find(const std::string& path) const {
        Found found;
        found.directory = root_.get();
        std::size_t at = 1;
        for (;;) {
            const std::size_t slash = path.find('/', at);
            found.name = path.substr(at, slash - at);
            const auto child = found.directory->children.find(found.name);
            found.node = child == found.directory->children.end() ? nullptr : child->second;
            if (slash == std::string::npos) {
                return found;
            }
            if (found.node == nullptr || found.node->kind == Node::link) {
                found.error = "!ENOENT";  // links lead nowhere
                return found;
            }
            if (found.node->kind != Node::directory) {
                found.error = "!ENOTDIR";
                return found;
            }
            found.directory = found.node.get();
            at = slash + 1;
        }
    }

    std::string make(const std::string& path, Node::Kind kind) {
        const Found to = find(path);
        if (!to.error.empty()) {
            return to.error;
        }
        if (to.node != nullptr) {
            return "!EEXIST";
        }
        auto made = std::make_shared<Node>();
        made->kind = kind;
        made->parent = to.directory;
        made->serial = ++serial_;
        to.directory->children[to.name] = made;
        return "ok";
    }
    std::string unlink(const std::string& path) {
        const Found at = find(path);
        if (!at.error.empty() || at.node == nullptr) {
            return at.error.empty() ? "!ENOENT" : at.error;
        }
        if (at.node->kind == Node::directory) {
            return "!EISDIR";
        }
        --at.node->links;
        at.directory->children.erase(at.name);
        return "ok";
    }
    std::string rmdir(const std::string& path) {
        const Found at = find(path);
        if (!at.error.empty() || at.node == nullptr) {
            return at.error.empty() ? "!ENOENT" : at.error;
        }
        if (at.node->kind != Node::directory) {
            return "!ENOTDIR";
        }
        if (!at.node->children.empty()) {
            return "!ENOTEMPTY";
        }
        at.directory->children.erase(at.name);
        return "ok";
    }
    std::string link(const std::string& from_path, const std::string& to_path) {
        const Found from = find(from_path);
        if (!from.error.empty() || from.node == nullptr) {
            return from.error.empty() ? "!ENOENT" : from.error;
        }
        const Found to = find(to_path);
        if (!to.error.empty()) {
            return to.error;
        }
        if (to.node != nullptr) {
            return "!EEXIST";
        }
        if (from.node->kind == Node::directory) {
            return "!EPERM";
        }
        ++from.node->links;
        to.directory->children[to.name] = from.node;
        return "ok";
    }
    std::string rename(const std::string& from_path, const std::string& to_path, std::uint32_t flags) {
        const Found from = find(from_path);
        if (!from.error.empty()) {
            return from.error;
        }
        const Found to = find(to_path);
        if (!to.error.empty()) {
            return to.error;
        }
        if (from.node == nullptr) {
            return "!ENOENT";
        }
        const bool exchange = (flags & RENAME_EXCHANGE) != 0;
        if (to.node != nullptr && (flags & RENAME_NOREPLACE) != 0) {
            return "!EEXIST";
        }
        if (to.node == nullptr && exchange) {
            return "!ENOENT";
        }
        if (contains(from.node.get(), to.directory)) {
            return "!EINVAL";
        }
        if (to.node != nullptr && contains(to.node.get(), from.directory)) {
            return exchange ? "!EINVAL" : "!ENOTEMPTY";
        }
        if (to.node == from.node) {
            return "ok";
        }
        if (exchange) {
            from.directory->children[from.name] = to.node;
            to.directory->children[to.name] = from.node;
            if (to.node->kind == Node::directory) {
                to.node->parent = from.directory;
            }
            if (from.node->kind == Node::directory) {
                from.node->parent = to.directory;
            }
            return "ok";
        }
        if (to.node != nullptr) {
            if (from.node->kind == Node::directory && to.node->kind != Node::directory) {
                return "!ENOTDIR";
            }
            if (from.node->kind != Node::directory && to.node->kind == Node::directory) {
                return "!EISDIR";
            }
            if (!to.node->children.empty()) {
                return "!ENOTEMPTY";
            }
            --to.node->links;
        }
        from.directory->children.erase(from.name);
        to.directory->children[to.name] = from.node;
        if (from.node->kind == Node::directory) {
            from.node->parent = to.directory;
        }
        return "ok";
    }

    [[nodiscard]] const Node& root() const { return *root_; }

private:
    static bool contains(const Node* node, const Node* of) {
        if (node->kind != Node::directory) {
            return false;
        }
        for (;;) {
            if (of == node) {
                return true;
            }
            if (of->parent == of) {
                return false;
            }
            of = of->parent;
        }
    }

    std::shared_ptr<Node> root_ = std::make_shared<Node>();
    int serial_ = 0;
};

class TreeProperty : public Tree {
protected:
    // The whole tree, as the model has it.
    void compare(const Node& node, const std::string& path) {
        std::vector<std::string> names = list(path.empty() ? "/" : path);
        std::ranges::sort(names);
        std::vector<std::string> expected;
        unsigned directories = 0;
        for (const auto& [name, child] : node.children) {
            expected.push_back(name);
            directories += child->kind == Node::directory ? 1 : 0;
        }
        RC_ASSERT(names == expected);
        RC_ASSERT(attributes(path.empty() ? "/" : path).links == 2 + directories);
        for (const auto& [name, child] : node.children) {
            const std::string below = path + "/" + name;
            const Attributes told = attributes(below);
            RC_ASSERT((told.mode & S_IFMT) == (child->kind == Node::directory ? S_IFDIR : child->kind == Node::link ? S_IFLNK : S_IFREG));
            if (child->kind == Node::directory) {
                RC_ASSERT(where(below + "/..") == (path.empty() ? "/" : path));
                compare(*child, below);
            } else {
                RC_ASSERT(told.links == child->links);
                // Names of one file are names of one file.
                const auto number = vfs().resolve(nullptr, below, {0})->inode().number();
                const auto [known, is_new] = numbers_.emplace(child.get(), number);
                RC_ASSERT(known->second == number);
            }
        }
    }
    std::map<const Node*, std::uint64_t> numbers_;
};

std::string any_path() {
    const int depth = *rc::gen::inRange(1, 4);
    std::string path;
    for (int i = 0; i < depth; ++i) {
        path += "/" + std::string(static_cast<std::size_t>(*rc::gen::element(1, 9, 40)), *rc::gen::element('a', 'b', 'c'));
    }
    return path;
}

RC_GTEST_FIXTURE_PROP(TreeProperty, IsWhatTheModelSays, ()) {
    Model model;
    const int steps = *rc::gen::inRange(1, 80);
    for (int i = 0; i < steps; ++i) {
        const std::string path = any_path();
        const std::string other = any_path();
        switch (*rc::gen::inRange(0, 9)) {
            case 0: RC_ASSERT(mkdir(path) == model.make(path, Node::directory)); break;
            case 1: RC_ASSERT(mkfile(path) == model.make(path, Node::file)); break;
            case 2: RC_ASSERT(symlink("/nowhere", path) == model.make(path, Node::link)); break;
            case 3: RC_ASSERT(unlink(path) == model.unlink(path)); break;
            case 4: RC_ASSERT(rmdir(path) == model.rmdir(path)); break;
            case 5: RC_ASSERT(link(path, other) == model.link(path, other)); break;
            case 6:
            case 7: {
                const std::uint32_t flags = *rc::gen::element(0, 0, 0, RENAME_NOREPLACE, RENAME_EXCHANGE);
                RC_ASSERT(rename(path, other, flags) == model.rename(path, other, flags));
                break;
            }
            default: vfs().reclaim(static_cast<std::size_t>(*rc::gen::inRange(1, 10))); break;
        }
        const Model::Found found = model.find(path);
        RC_ASSERT(where(path, 0) == (!found.error.empty() ? found.error : found.node == nullptr ? "!ENOENT" : path));
    }
    numbers_.clear();
    compare(model.root(), "");
}

}  // namespace
}  // namespace phx::fs
