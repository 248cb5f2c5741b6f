/*
 * See faults_fixture.h.
 */
#include "tests/support/faults_fixture.h"

struct board_bed bed;

int faults_begin(void **state)
{
    (void)state;
    bed_prepare(&bed, "faults");
    bed_open(&bed);
    faults_power_on();
    return 0;
}

int faults_end(void **state)
{
    (void)state;
    bed_close(&bed);
    return 0;
}

void faults_power_on(void)
{
    twin_power_on(bed.twin);
    bed_wait(&bed, "ready\n", 100);
}
