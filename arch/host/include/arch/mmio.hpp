// The host's stand-in for device registers: addresses inside a FakeDevice's range go to it, all others end the test.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace phx::arch {

// A scripted device. Lives on the bus from construction to destruction.
class FakeDevice {
public:
    FakeDevice(std::uint64_t base, std::uint64_t size) : base_{base}, size_{size} { bus().push_back(this); }
    virtual ~FakeDevice() { std::erase(bus(), this); }
    FakeDevice(const FakeDevice&) = delete;
    FakeDevice& operator=(const FakeDevice&) = delete;

    // `offset` from the device's base, `width` in bytes.
    virtual std::uint64_t read(std::uint64_t offset, unsigned width) = 0;
    virtual void write(std::uint64_t offset, std::uint64_t value, unsigned width) = 0;

    static FakeDevice& at(std::uint64_t address) {
        for (FakeDevice* device : bus()) {
            if (address >= device->base_ && address - device->base_ < device->size_) {
                return *device;
            }
        }
        std::fprintf(stderr, "no fake device at %#llx\n", static_cast<unsigned long long>(address));
        std::abort();
    }
    [[nodiscard]] std::uint64_t base() const { return base_; }

private:
    static std::vector<FakeDevice*>& bus() {
        static std::vector<FakeDevice*> devices;
        return devices;
    }
    std::uint64_t base_;
    std::uint64_t size_;
};

template <class T>
[[nodiscard]] T mmio_read(std::uintptr_t address) {
    FakeDevice& device = FakeDevice::at(address);
    return static_cast<T>(device.read(address - device.base(), sizeof(T)));
}
template <class T>
void mmio_write(std::uintptr_t address, T value) {
    FakeDevice& device = FakeDevice::at(address);
    device.write(address - device.base(), value, sizeof(T));
}

}  // namespace phx::arch
