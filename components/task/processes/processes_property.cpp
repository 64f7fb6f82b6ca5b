// Random life against a model.
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include <task/processes/first_program_test.hpp>

namespace phx::task {
namespace {

struct Model {
    struct Entry {
        Pid parent = 0;
        Pid group = 0;
        Pid session = 0;
        bool zombie = false;
        int status = 0;
    };
    std::map<Pid, Entry> all;

    [[nodiscard]] bool is_group(Pid group) const {
        return std::any_of(all.begin(), all.end(), [&](const auto& e) { return e.second.group == group; });
    }
    [[nodiscard]] Pid session_of(Pid group) const {
        for (const auto& [pid, entry] : all) {
            if (entry.group == group) {
                return entry.session;
            }
        }
        return 0;
    }
    void end(Pid pid, int status) {
        all[pid].zombie = true;
        all[pid].status = status;
        for (auto& [child, entry] : all) {
            entry.parent = entry.parent == pid ? 1 : entry.parent;
        }
    }
};

// A process that does as it is told.
struct Puppet {
    std::function<int()> order;  // null: none; negative result: it goes on
    bool has_ended = false;
};

class Puppets {
public:
    // In the process itself.
    static int live(Puppet& self) {
        for (;;) {
            while (!self.order) {
                yield();
            }
            const std::function<int()> order = std::exchange(self.order, nullptr);
            if (const int status = order(); status >= 0) {
                self.has_ended = true;
                return status;
            }
        }
    }
    // Lets it do this, and waits until it has.
    static void tell(Puppet& puppet, std::function<int()> order) {
        bool done = false;
        puppet.order = [&] {
            const int status = order();
            done = true;
            return status;
        };
        while (!done) {
            yield();
        }
        settle();
    }
};

TEST(ProcessesProperty, LiveAsTheModelDoes) {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        First::run([&] {
            std::mt19937 random{seed};
            const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
            Model model;
            model.all[1] = {.group = current_process().group};
            std::map<Pid, std::unique_ptr<Puppet>> puppets;
            const auto alive = [&] {
                std::vector<Pid> pids;
                for (const auto& [pid, entry] : model.all) {
                    if (!entry.zombie && pid != 1) {
                        pids.push_back(pid);
                    }
                }
                return pids;
            };
            const auto some = [&](bool also_first) {
                auto pids = alive();
                if (also_first || pids.empty()) {
                    pids.push_back(1);
                }
                return pids[below(pids.size())];
            };
            const auto tell = [&](Pid pid, std::function<int()> order) {
                if (pid == 1) {
                    order();
                } else {
                    Puppets::tell(*puppets[pid], std::move(order));
                }
            };
            for (int step = 0; step < 300; ++step) {
                const Pid who = some(true);
                switch (below(6)) {
                case 0:
                    if (model.all.size() < 30) {
                        tell(who, [&] {
                            auto puppet = std::make_unique<Puppet>();
                            Puppet& child = *puppet;
                            const Pid pid = fork([&child] { return Puppets::live(child); });
                            EXPECT_EQ(model.all.count(pid), 0U);
                            EXPECT_FALSE(model.is_group(pid));
                            model.all[pid] = {who, model.all[who].group, model.all[who].session};
                            puppets[pid] = std::move(puppet);
                            return -1;
                        });
                    }
                    break;
                case 1:
                    if (who != 1) {
                        const int status = static_cast<int>(below(256));
                        tell(who, [&] { return status; });
                        model.end(who, status << 8);
                    }
                    break;
                case 2:
                case 3:
                    tell(who, [&] {
                        const Waited got = wait(-1, WNOHANG);
                        bool any = false;
                        std::set<Pid> zombies;
                        for (const auto& [pid, entry] : model.all) {
                            any = any || entry.parent == who;
                            if (entry.parent == who && entry.zombie) {
                                zombies.insert(pid);
                            }
                        }
                        if (!any) {
                            EXPECT_EQ(got, no_child);
                        } else if (zombies.empty()) {
                            EXPECT_EQ(got.pid, 0);
                        } else {
                            EXPECT_TRUE(zombies.contains(got.pid)) << got;
                            EXPECT_EQ(got.status, model.all[got.pid].status);
                            model.all.erase(got.pid);
                        }
                        return -1;
                    });
                    break;
                case 4: {
                    const Pid whom = some(false);
                    const Pid group = below(2) == 0 ? whom : some(false);
                    tell(who, [&] {
                        const Result<void> result = tree().sys_setpgid(whom, group);
                        auto& entry = model.all[whom];
                        const auto& own = model.all[who];
                        std::optional<Errno> expected;
                        if (whom != who && entry.parent != who) {
                            expected = Errno::srch;
                        } else if (whom != who && entry.session != own.session) {
                            expected = Errno::perm;
                        } else if (entry.session == whom) {
                            expected = Errno::perm;
                        } else if (group != whom && (!model.is_group(group) || model.session_of(group) != own.session) && entry.group != group) {
                            expected = Errno::perm;
                        }
                        if (expected) {
                            EXPECT_FALSE(result);
                            if (!result) {
                                EXPECT_EQ(result.error(), *expected);
                            }
                        } else {
                            EXPECT_TRUE(result);
                            entry.group = group;
                        }
                        return -1;
                    });
                    break;
                }
                case 5:
                    if (who != 1) {
                        tell(who, [&] {
                            const Result<Pid> result = tree().sys_setsid();
                            if (model.is_group(who)) {
                                EXPECT_FALSE(result);
                            } else {
                                EXPECT_TRUE(result);
                                model.all[who].group = model.all[who].session = who;
                            }
                            return -1;
                        });
                    }
                    break;
                }
                std::map<Pid, std::pair<Pid, Pid>> there;
                tree().for_each([&](Process& process) { there[process.pid] = {process.group, process.parent != nullptr ? process.parent->pid : 0}; });
                EXPECT_EQ(there.size(), model.all.size());
                for (const auto& [pid, entry] : model.all) {
                    EXPECT_EQ(there[pid], (std::pair{entry.group, entry.parent})) << pid;
                }
                if (::testing::Test::HasFailure()) {
                    ADD_FAILURE() << "seed " << seed << ", step " << step;
                    break;
                }
            }
            for (const Pid pid : alive()) {
                tell(pid, [] { return 0; });
            }
            while (wait() != no_child) {
            }
            return 0;
        });
    }
    First::end([] { EXPECT_EQ(tree().wait_first(), 3 << 8); });
}

}  // namespace
}  // namespace phx::task
