/*
 * Zephyr as tests/test_bus_adapters.c needs it: in a file of its own, as Zephyr and Linux have
 * different structs of one name.
 */
#ifndef TESTS_SUPPORT_ADAPTER_ZEPHYR_H
#define TESTS_SUPPORT_ADAPTER_ZEPHYR_H

#include "nacre/bus.h"

#include <stdint.h>

#define ADAPTER_WIRE_BYTES 1024u

/* What would be on the wire, in words; and what a stand-in answers, in its system's numbers. */
extern char adapter_wire[ADAPTER_WIRE_BYTES];
extern int adapter_answer;

void adapter_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void adapter_bytes(const uint8_t *bytes, uint32_t n);
void adapter_fill(uint8_t *bytes, uint32_t n);

/* The adapter, with devices of its own. */
int32_t adapter_zephyr_i2c(void *context, const struct nacre_i2c_message *message);
int32_t adapter_zephyr_spi(void *context, const struct nacre_spi_frame *frame);
enum nacre_err adapter_zephyr_recover(void *context);
uint32_t adapter_zephyr_now_us(void);

#endif
