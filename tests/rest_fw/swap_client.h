/*
 * A client of MCUboot's flash areas: the images of two slots change places by way of a scratch
 * area, sector by sector, and a cut is gone on from. It uses no more than flash_map_backend.h.
 */
#ifndef TESTS_REST_FW_SWAP_CLIENT_H
#define TESTS_REST_FW_SWAP_CLIENT_H

#include <stdint.h>

#define SWAP_SECTORS 2u /* of each slot */
#define SWAP_STATUS 4   /* number of the area of one sector that says how far it is */

/* Erase both slots and the status, and fill each slot with a pattern of its number. 0 if it did. */
int swap_client_prepare(void);

/* The pattern of a slot: 1 or 2; 0: it is no whole one. */
uint32_t swap_client_pattern(uint8_t area);

/*
 * Go on with the swap until it is done; done already is nothing to do. 0 if it did.
 *
 * after    called after each step
 */
int swap_client_run(void (*after)(void));

#endif
