/*
 * The wipe: each byte is written through a volatile pointer, so each write is made.
 */
#include "nacre/core/wipe.h"

void nacre_wipe(void *bytes, uint32_t n)
{
    volatile uint8_t *const cells = bytes;
    for (uint32_t i = 0; i < n; i++) cells[i] = 0;
}
