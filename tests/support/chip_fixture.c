/*
 * See chip_fixture.h.
 */
#include "tests/support/chip_fixture.h"

#include <stddef.h>

struct chip_bus bus;
uint8_t data[512];

int chip_begin(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i ^ i >> 8);
    chip_bus_open(&bus, NULL);
    return 0;
}

int chip_begin_octal(void **state)
{
    (void)chip_begin(state);
    chip_bus_to_dopi(&bus);
    return 0;
}

int chip_end(void **state)
{
    (void)state;
    chip_bus_close(&bus);
    return 0;
}

void chip_begin_anew(const struct nor_cfg *cfg)
{
    chip_bus_close(&bus);
    chip_bus_open(&bus, cfg);
}

const uint8_t *array(uint32_t addr)
{
    return nor_array(bus.nor) + addr;
}
