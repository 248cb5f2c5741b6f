/*
 * What the product remembers: the brightness.
 */
#ifndef EXAMPLES_BRIGHTNESS_MEMORY_H
#define EXAMPLES_BRIGHTNESS_MEMORY_H

#include "nacre/core/settings_typed.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

#define MEMORY_BRIGHTNESS_DEFAULT 50u
#define MEMORY_BRIGHTNESS_MAX 100u

/* Open the place and mount the store. After an error the default is used and nothing is kept. */
enum nacre_err memory_open(void);

/* *is_default: it was never set, or cannot be read. */
uint32_t memory_brightness(bool *is_default);

/* Durable when it returns NACRE_OK. */
enum nacre_err memory_set_brightness(uint32_t percent);
enum nacre_err memory_reset_brightness(void);

/* Give the store time, if there is anything to do. */
void memory_idle(void);

/* What it cost so far; false if the store is not open. */
bool memory_stats(struct nacre_stats *stats);

#endif
