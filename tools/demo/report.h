/*
 * The machine-readable account of a session: build/demo/report.json.
 */
#ifndef TOOLS_DEMO_REPORT_H
#define TOOLS_DEMO_REPORT_H

#include "tools/demo/ledger.h"

struct report {
    const struct ledger *ledger;
    uint64_t violations;
    uint64_t wrong_values;
    uint64_t seed;
    const char *medium;     /* where the brightness is kept */
    const char *tear;       /* "granule" or "page" */
    const char *boot_state; /* what the boot left, as the twin says it */
    const char *replay;     /* the command line that gives this report again */
};

/*
 * Write the report.
 *
 * Returns  0; -1 if the file cannot be written, errno says why, and no half of it is left
 */
int report_write(const struct report *report, const char *path);

#endif
