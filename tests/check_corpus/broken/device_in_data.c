/*
 * rule: data-pointer-dark
 * title: A device whose constants lie in flash
 * broken: The device lies in RAM and points to its const configuration.
 * cure: Copy the configuration into the device.
 */
#include "tests/check_corpus/board.h"

struct configuration {
    uint32_t base, pin;
};
struct device {
    const volatile struct configuration *volatile configuration;
};
static const struct configuration configuration = {0x50000010u, 3};
__attribute__((used)) struct device device = {&configuration};

RAM int root(int input)
{
    return (int)device.configuration->pin + input;
}
