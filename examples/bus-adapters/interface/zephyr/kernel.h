/*
 * What the adapter uses of Zephyr's kernel: for building it here, where Zephyr is not.
 */
#ifndef EXAMPLES_BUS_ADAPTERS_INTERFACE_ZEPHYR_KERNEL_H
#define EXAMPLES_BUS_ADAPTERS_INTERFACE_ZEPHYR_KERNEL_H

#include <stdint.h>

int64_t k_uptime_ticks(void);
uint64_t k_ticks_to_us_floor64(uint64_t ticks);
int32_t k_usleep(int32_t us);

#endif
