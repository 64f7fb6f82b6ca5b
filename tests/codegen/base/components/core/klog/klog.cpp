#include <core/klog/klog.hpp>

#include <ports/klog.hpp>
