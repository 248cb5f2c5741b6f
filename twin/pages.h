/*
 * Which pages of a private file mapping were written to, and how to undo that. The PSRAM model maps
 * its array privately over a file of noise, so a page that was written to is an anonymous copy.
 */
#ifndef TWIN_PAGES_H
#define TWIN_PAGES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * changed[i] becomes 1 for each of count pages from array that was written to since it was mapped
 * or dropped, else 0. Where the system does not tell, all of them are 1. Returns how many are.
 */
uint32_t pages_find_changed(const uint8_t *array, uint32_t count, uint8_t *changed);

/* One page is as it was mapped again. */
void pages_drop(uint8_t *array, uint32_t page);

#endif
