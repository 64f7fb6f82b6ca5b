#pragma once

#include <string_view>

namespace phx::core {

class Klog {
public:
    void write(std::string_view, std::string_view);
};

}  // namespace phx::core
