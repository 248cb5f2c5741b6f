/*
 * The chip's own parameter tables (SFDP) against its row, when the medium is opened. In a file of
 * its own, so that who does not ask for it does not pay: 2 KB of code.
 */
#ifndef NACRE_MEDIA_NOR_TABLES_H
#define NACRE_MEDIA_NOR_TABLES_H

#include "nacre/media/nor.h"

/*
 * Compare. For nacre_nor_cfg.check_tables; called by nacre_nor_open, which passes on what it
 * answers.
 *
 * nor, cfg  as in the call of nacre_nor_open; the chip's id is the row's. cfg->tables holds what
 *           was read
 * Cost      one blackout for each 64 bytes of cfg->tables_bytes
 * Returns   NACRE_OK, also where the chip has no tables, or the row does not say how to read them
 *           NACRE_CHIP_TABLES  told in port->mismatch: found is the row's number
 *           NACRE_TIMEOUT, NACRE_NOT_NOW, NACRE_CHIP_REFUSED  they could not be read
 * Context   thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_tables_check(struct nacre_nor *nor,
                                                   const struct nacre_nor_cfg *cfg);

#endif
