#include <core/ramdisk/ramdisk.hpp>

#include <ports/ramdisk.hpp>
