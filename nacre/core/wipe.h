/*
 * Wiping memory that held a secret.
 */
#ifndef NACRE_CORE_WIPE_H
#define NACRE_CORE_WIPE_H

#include <stdint.h>

/*
 * Make n bytes zero, in a way that no compiler leaves out because nobody reads them afterwards.
 *
 * bytes    n bytes; may be null where n is 0
 * Context  any
 */
void nacre_wipe(void *bytes, uint32_t n);

#endif
